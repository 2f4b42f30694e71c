/** Plain JavaScript has TensorFlow's operations alone. */
export const OWN = 'samlab';

/** Whether there are operations of the project's own. */
export function canUseOwn(): boolean {
  return false;
}
