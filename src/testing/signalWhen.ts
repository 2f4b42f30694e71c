/** A signal for tests that counts as aborted whenever a condition holds; the condition is evaluated on each access. */
export function signalWhen(condition: () => boolean): AbortSignal {
  return {
    get aborted() {
      return condition();
    },
  } as AbortSignal;
}
