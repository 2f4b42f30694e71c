import { binding } from '../binding';

/** What `body` returns, and how many graphs TensorFlow ran for it. */
export function countGraphs<T>(body: () => T): { readonly result: T; readonly graphs: number } {
  const runSavedModel = binding.runSavedModel.bind(binding);
  let graphs = 0;
  binding.runSavedModel = (...given) => (graphs++, runSavedModel(...given));
  try {
    return { result: body(), graphs };
  } finally {
    binding.runSavedModel = runSavedModel;
  }
}
