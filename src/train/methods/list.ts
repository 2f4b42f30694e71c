// Every method by its name, in the order of tables, figures and flags.
export { sgd } from './sgd';
export { sam } from './sam';
export { fgsm } from './fgsm';
export { asam } from './asam';
export { ssamF } from './ssamF';
export { ssamD } from './ssamD';
export { msam } from './msam';
export { lookSam } from './lookSam';
export { gsam } from './gsam';
export { wsam } from './wsam';
export { friendlySam } from './friendlySam';
export { saner } from './saner';
