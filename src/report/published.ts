/** One row of the original's tables 1 and 2; errors in percent of the test set. */
export interface PublishedError {
  readonly dataset: 'cifar10' | 'cifar100';
  readonly method: 'sgd' | 'sam';
  readonly epochs: number;
  readonly top1Error: number;
  /** The original's column is headed "TOP-K"; its code computes the top-5 error. */
  readonly top5Error: number;
}

/**
 * Training images behind `PUBLISHED_ERRORS`: the original's code trains on all of either data set, although its text speaks of 100 samples.
 *
 * @source github.com/elyaishere/bmml_project, its data loaders.
 */
export const PUBLISHED_TRAINING_IMAGES = 50_000;

/**
 * Test errors of ResNet-50 as the original printed them: one run a row, no seeds, no spread.
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

/** One row of the sister project's tables; errors in percent of the test set. */
export interface SisterError {
  readonly dataset: 'cifar10' | 'cifar100';
  readonly method: string;
  readonly epochs: number;
  readonly top1Error: number;
  readonly top5Error: number;
}

function sisterRows(dataset: SisterError['dataset'], epochs: readonly number[], errors: Readonly<Record<string, readonly (readonly [top1Error: number, top5Error: number])[]>>): readonly SisterError[] {
  return Object.entries(errors).flatMap(([method, cells]) => cells.map(([top1Error, top5Error], index) => ({ dataset, method, epochs: epochs[index]!, top1Error, top5Error })));
}

/**
 * Test errors of the sister project of the original: ResNet-56, batches of 512, learning rate 0.1 throughout, steps of 0.00025 for
 * each coordinate that are not clipped; one run a row. It says that more than 3 steps did not train.
 *
 * @source github.com/isdevnull/SAM_project, its tables.
 */
export const SISTER_ERRORS: readonly SisterError[] = [
  ...sisterRows('cifar10', [90, 180, 270, 360], {
    SGD: [[14.63, 0.6], [12.13, 0.49], [10.48, 0.43], [10.43, 0.38]],
    SAM: [[12.35, 0.41], [10.41, 0.32], [10.1, 0.34], [9.36, 0.44]],
    'FGSM, 2 steps': [[13.36, 0.44], [11.17, 0.31], [10.23, 0.28], [9.88, 0.35]],
  }),
  ...sisterRows('cifar100', [30, 60, 90, 120], {
    SGD: [[45.1, 16.14], [41.51, 14.32], [39, 13.09], [40.88, 14.69]],
    SAM: [[44.75, 16.19], [39.07, 13.35], [38.33, 12.88], [36.91, 12.57]],
    'FGSM, 1 step': [[71.86, 39.67], [41.53, 14.26], [36.14, 11.32], [34.9, 10.76]],
  }),
];
