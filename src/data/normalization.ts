import { inputShape, type Dataset, type PixelStatistics } from './dataset';

/** `half` is what the original's text says, `dataset` (the training set's own statistics) what its code does. */
export type Normalization = 'half' | 'dataset';

/** Maps [0, 1] to [-1, 1]. */
function half(channels: number): PixelStatistics {
  const values = new Array<number>(channels).fill(0.5);
  return { mean: values, std: values };
}

/**
 * Statistics of each training set over all its pixels, to four digits (the synthetic sets: as drawn
 * by default). They are constants, so that training and test images, and subsets of any size, are
 * all normalised alike.
 */
export const NORMALIZATIONS: Readonly<Record<string, PixelStatistics>> = {
  'CIFAR-10': { mean: [0.4914, 0.4822, 0.4465], std: [0.247, 0.2435, 0.2616] },
  'CIFAR-100': { mean: [0.5071, 0.4865, 0.4409], std: [0.2673, 0.2564, 0.2762] },
  'synthetic-10': { mean: [0.3365, 0.3343, 0.3346], std: [0.1924, 0.1889, 0.1889] },
  'synthetic-100': { mean: [0.3337, 0.3307, 0.3308], std: [0.1936, 0.189, 0.1894] },
};

/**
 * The statistics that images of a data set are normalised with.
 *
 * @throws RangeError if `dataset` is asked for and the data set's name is not in {@link NORMALIZATIONS}.
 */
export function pixelStatistics(normalization: Normalization, dataset: Dataset): PixelStatistics {
  if (normalization === 'half') return half(inputShape(dataset).at(-1)!);
  const statistics = NORMALIZATIONS[dataset.name] ?? dataset.statistics;
  if (statistics === undefined) {
    throw new RangeError(
      `pixelStatistics: expected a data set named ${Object.keys(NORMALIZATIONS).join(', ')}, got ${dataset.name}; ` +
        `normalise it with 'half'.`,
    );
  }
  return statistics;
}

/** Measures mean and standard deviation (over n, not n - 1) of each channel over all pixels, scaled to [0, 1]. */
export function measureStatistics(dataset: Dataset): PixelStatistics {
  const channels = inputShape(dataset).at(-1)!;
  const counts = Array.from({ length: channels }, () => new Float64Array(256));
  const { images } = dataset;
  for (let position = 0; position < images.length; position++) {
    counts[position % channels]![images[position]!]!++;
  }
  const pixels = images.length / channels;
  const mean = counts.map((histogram) => histogram.reduce((sum, n, value) => sum + n * value, 0) / pixels / 255);
  const std = counts.map((histogram, channel) =>
    Math.sqrt(histogram.reduce((sum, n, value) => sum + n * (value / 255 - mean[channel]!) ** 2, 0) / pixels),
  );
  return { mean, std };
}

/** The value (v / 255 - mean) / std of every byte v in every channel: [channels, 256], channel by channel. */
export function normalizedValues({ mean, std }: PixelStatistics): Float32Array {
  return Float32Array.from(
    { length: mean.length * 256 },
    (_, position) => ((position % 256) / 255 - mean[position >> 8]!) / std[position >> 8]!,
  );
}
