import { asam } from './asam';
import { fgsm } from './fgsm';
import { friendlySam } from './friendlySam';
import { gsam } from './gsam';
import { lookSam } from './lookSam';
import type { Method } from './method';
import { msam } from './msam';
import { sam } from './sam';
import { saner } from './saner';
import { sgd } from './sgd';
import { ssamD } from './ssamD';
import { ssamF } from './ssamF';
import { wsam } from './wsam';

/** Every method by its name, in the order of tables, figures and flags. */
export const METHOD_LIST = { sgd, sam, fgsm, asam, ssamF, ssamD, msam, lookSam, gsam, wsam, friendlySam, saner } satisfies Readonly<Record<string, Method>>;

/** Name of a method. */
export type MethodName = keyof typeof METHOD_LIST;

/** Names of the methods. */
export const METHODS = Object.keys(METHOD_LIST) as readonly MethodName[];

/** A method by its name, for code that treats all alike. */
export function methodOf(name: MethodName): Method {
  return METHOD_LIST[name];
}
