import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CIFAR100_CLASSES, CIFAR10_CLASSES } from './classNames';
import { CHANNELS, classCounts, IMAGE_BYTES, IMAGE_SIDE, imageRoom, type Dataset, type DatasetPair } from './dataset';

/** How one of the official binary distributions is laid out on disk. */
export interface CifarLayout {
  readonly name: string;
  /** Folder that the archive unpacks to. */
  readonly folder: string;
  readonly classNames: readonly string[];
  /** Bytes before each image; the last of them is the label (CIFAR-100: coarse label, then fine label). */
  readonly labelBytes: number;
  readonly trainFiles: readonly string[];
  readonly testFiles: readonly string[];
  readonly imagesPerTrainFile: number;
  readonly imagesPerTestFile: number;
}

/** The two layouts, as described at https://www.cs.toronto.edu/~kriz/cifar.html (Krizhevsky 2009). */
export const CIFAR_LAYOUTS: Readonly<Record<'cifar10' | 'cifar100', CifarLayout>> = {
  cifar10: {
    name: 'CIFAR-10',
    folder: 'cifar-10-batches-bin',
    classNames: CIFAR10_CLASSES,
    labelBytes: 1,
    trainFiles: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
    testFiles: ['test_batch.bin'],
    imagesPerTrainFile: 10_000,
    imagesPerTestFile: 10_000,
  },
  cifar100: {
    name: 'CIFAR-100',
    folder: 'cifar-100-binary',
    classNames: CIFAR100_CLASSES,
    labelBytes: 2,
    trainFiles: ['train.bin'],
    testFiles: ['test.bin'],
    imagesPerTrainFile: 50_000,
    imagesPerTestFile: 10_000,
  },
};

/**
 * Reads CIFAR-10 or CIFAR-100 (fine labels) from the files of the official binary distribution.
 *
 * @param folder the folder that holds `cifar-10-batches-bin` or `cifar-100-binary`.
 * @throws Error if a file is missing, has another size, a label out of range, or if the classes are
 *   not equally frequent over the training or the test files; the message names the file.
 */
export function loadCifar(dataset: 'cifar10' | 'cifar100', folder = 'data'): Promise<DatasetPair> {
  return readCifar(CIFAR_LAYOUTS[dataset], folder);
}

/** Reads a data set that has the given layout; see {@link loadCifar}. */
export async function readCifar(layout: CifarLayout, folder: string): Promise<DatasetPair> {
  const { trainFiles, testFiles, imagesPerTrainFile, imagesPerTestFile } = layout;
  const directory = join(folder, layout.folder);
  return {
    train: await readPart(layout, directory, trainFiles, imagesPerTrainFile),
    test: await readPart(layout, directory, testFiles, imagesPerTestFile),
  };
}

async function readPart(
  layout: CifarLayout,
  directory: string,
  files: readonly string[],
  imagesPerFile: number,
): Promise<Dataset> {
  const images = imageRoom(files.length * imagesPerFile);
  const labels = new Uint8Array(files.length * imagesPerFile);
  for (const [part, file] of files.entries()) {
    const path = join(directory, file);
    const bytes = await readWhole(path, imagesPerFile * (layout.labelBytes + IMAGE_BYTES), layout);
    const first = part * imagesPerFile;
    decodeRecords(
      bytes,
      layout.labelBytes,
      images.subarray(first * IMAGE_BYTES, (first + imagesPerFile) * IMAGE_BYTES),
      labels.subarray(first, first + imagesPerFile),
    );
    checkLabels(path, labels.subarray(first, first + imagesPerFile), layout);
  }
  checkBalance(directory, files, labels, layout);
  return { name: layout.name, synthetic: false, classNames: layout.classNames, images, labels };
}

async function readWhole(path: string, expected: number, layout: CifarLayout): Promise<Uint8Array> {
  const found = await stat(path).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new Error(`loadCifar: expected ${layout.name} at ${path}, found no such file. ${remedy(layout)}`);
  });
  if (found.size !== expected) {
    throw new Error(`loadCifar: expected ${path} to have ${expected} bytes, found ${found.size}. ${remedy(layout)}`);
  }
  return readFile(path);
}

/**
 * Decodes binary records: `labelBytes` bytes of labels, then a red, a green and a blue plane of
 * 32 x 32 bytes each, row by row.
 *
 * @param images [n, 32, 32, 3], filled here.
 * @param labels [n], filled here with the last label byte of each record.
 */
export function decodeRecords(bytes: Uint8Array, labelBytes: number, images: Uint8Array, labels: Uint8Array): void {
  const plane = IMAGE_SIDE * IMAGE_SIDE;
  const record = labelBytes + IMAGE_BYTES;
  for (let image = 0; image < labels.length; image++) {
    const start = image * record + labelBytes;
    labels[image] = bytes[start - 1]!;
    let target = image * IMAGE_BYTES;
    for (let pixel = start; pixel < start + plane; pixel++, target += CHANNELS) {
      images[target] = bytes[pixel]!;
      images[target + 1] = bytes[pixel + plane]!;
      images[target + 2] = bytes[pixel + 2 * plane]!;
    }
  }
}

function checkLabels(path: string, labels: Uint8Array, layout: CifarLayout): void {
  const classes = layout.classNames.length;
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong >= 0) {
    throw new Error(
      `loadCifar: expected labels from 0 to ${classes - 1} in ${path}, found ${labels[wrong]} at image ${wrong}; ` +
        `the file is corrupted. ${remedy(layout)}`,
    );
  }
}

/** CIFAR has the same number of images of every class; a damaged label that stays in range shows here. */
function checkBalance(directory: string, files: readonly string[], labels: Uint8Array, layout: CifarLayout): void {
  const classes = layout.classNames.length;
  const expected = labels.length / classes;
  const counts = classCounts(labels, classes);
  const wrong = counts.findIndex((count) => count !== expected);
  if (wrong >= 0) {
    throw new Error(
      `loadCifar: expected ${expected} images of class ${layout.classNames[wrong]} in ${files.join(', ')} of ${directory}, ` +
        `found ${counts[wrong]}; a file is corrupted. ${remedy(layout)}`,
    );
  }
}

function remedy(layout: CifarLayout): string {
  return `Delete the folder ${layout.folder} if it is there, and call loadDataset: it downloads ${layout.name} again.`;
}
