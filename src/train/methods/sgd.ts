import { defineMethod } from './defineMethod';

/** The base optimizer alone; the label is the replicated report's "No SAM". */
export const sgd = defineMethod({
  label: 'SGD (no SAM)',
  line: { colour: 'blue', dash: 'solid', symbol: 'circle' },
  settings: {},
});
