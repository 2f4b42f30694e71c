/** Anything that holds memory which no garbage collector frees. */
interface Disposable {
  dispose(): void;
}

/**
 * Runs `body` and then frees what it has registered with `own`, also if it throws. So a formula of several
 * vectors reads like the formula:
 *
 *     withTemporaries((own) => own(t.multiply(g)).times(rho))
 *
 * @param body must not return anything that it registered.
 */
export function withTemporaries<Result>(body: (own: <D extends Disposable>(made: D) => D) => Result): Result {
  const owned: Disposable[] = [];
  try {
    return body((made) => {
      owned.push(made);
      return made;
    });
  } finally {
    owned.forEach((made) => made.dispose());
  }
}
