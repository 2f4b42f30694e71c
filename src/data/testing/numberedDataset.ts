import { IMAGE_BYTES, IMAGE_SIDE, type Dataset } from '../dataset';

/**
 * A data set for tests in which every byte shows its position: red is 1 + 7 row, green
 * 1 + 7 column and blue 1 + the image's index; no byte is 0. Labels run 0, 1, ..., classes - 1, 0, ...
 */
export function numberedDataset(count: number, classes: number): Dataset {
  const images = new Uint8Array(count * IMAGE_BYTES);
  for (let image = 0, write = 0; image < count; image++) {
    for (let row = 0; row < IMAGE_SIDE; row++) {
      for (let column = 0; column < IMAGE_SIDE; column++) {
        images[write++] = 1 + 7 * row;
        images[write++] = 1 + 7 * column;
        images[write++] = 1 + image;
      }
    }
  }
  return {
    name: 'CIFAR-10',
    synthetic: false,
    classNames: Array.from({ length: classes }, (_, label) => `class ${label}`),
    images,
    labels: Uint8Array.from({ length: count }, (_, image) => image % classes),
  };
}
