import type { Method } from './defineMethod';
// As a namespace, so that the declarations that editors read keep each method's own, with its comments.
import * as METHOD_LIST from './list';

export { METHOD_LIST };

/** Name of a method. */
export type MethodName = keyof typeof METHOD_LIST;

/** Names of the methods, in the order of the list. */
export const METHODS = Object.keys(METHOD_LIST) as readonly MethodName[];

/** A method by its name, for code that treats all alike. */
export function methodOf(name: MethodName): Method {
  return METHOD_LIST[name];
}
