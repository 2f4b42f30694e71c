import { defineMethod } from './defineMethod';

/** The base optimizer alone; the original calls it "No SAM". */
export const sgd = defineMethod({
  label: 'SGD (no SAM)',
  line: { colour: 'blue', dash: 'solid', symbol: 'circle' },
  settings: {},
});
