/** One row of Tables 1 and 2 of the report that is replicated; errors in percent of the test set. */
export interface PublishedError {
  readonly dataset: 'cifar10' | 'cifar100';
  readonly method: 'sgd' | 'sam';
  readonly epochs: number;
  readonly top1Error: number;
  /** The report's column is headed "TOP-K"; its code computes the top-5 error. */
  readonly top5Error: number;
}

/**
 * Training images behind `PUBLISHED_ERRORS`: the report's code trains on all of either data set, whatever its text says of 100 samples.
 *
 * @source github.com/elyaishere/bmml_project, its data loaders.
 */
export const PUBLISHED_TRAINING_IMAGES = 50_000;

/**
 * Test errors of ResNet-50 as the report printed them: one run a row, no seeds, no spread.
 *
 * @source O. Gorbunova and F. Davletshin, "Sharpness-Aware Minimization (SAM)", project report, Skolkovo
 * Institute of Science and Technology, Tables 1 and 2 (code: github.com/elyaishere/bmml_project).
 */
export const PUBLISHED_ERRORS: readonly PublishedError[] = [
  { dataset: 'cifar10', method: 'sgd', epochs: 100, top1Error: 15.34, top5Error: 0.91 },
  { dataset: 'cifar10', method: 'sgd', epochs: 200, top1Error: 12.94, top5Error: 0.89 },
  { dataset: 'cifar10', method: 'sgd', epochs: 400, top1Error: 11.24, top5Error: 0.8 },
  { dataset: 'cifar10', method: 'sam', epochs: 100, top1Error: 14.5, top5Error: 0.7 },
  { dataset: 'cifar10', method: 'sam', epochs: 200, top1Error: 12.48, top5Error: 0.55 },
  { dataset: 'cifar10', method: 'sam', epochs: 400, top1Error: 11.07, top5Error: 1.08 },
  { dataset: 'cifar100', method: 'sgd', epochs: 100, top1Error: 89.93, top5Error: 66.33 },
  { dataset: 'cifar100', method: 'sgd', epochs: 200, top1Error: 90.19, top5Error: 66.19 },
  { dataset: 'cifar100', method: 'sgd', epochs: 400, top1Error: 48.98, top5Error: 20.6 },
  { dataset: 'cifar100', method: 'sam', epochs: 100, top1Error: 57.6, top5Error: 25.5 },
  { dataset: 'cifar100', method: 'sam', epochs: 200, top1Error: 55.25, top5Error: 24.93 },
  { dataset: 'cifar100', method: 'sam', epochs: 400, top1Error: 78.09, top5Error: 43.27 },
];
