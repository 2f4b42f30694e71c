import { msam as msamRule } from '../../optim/msam';
import { defineMethod } from './defineMethod';

/** SAM along the base optimizer's momentum (Becker et al. 2024). */
export const msam = defineMethod({
  label: 'MSAM',
  line: { colour: 'black', dash: 'dot', symbol: 'cross' },
  settings: {},
  rule: () => msamRule(),
});
