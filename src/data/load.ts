import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { CIFAR_ARCHIVES, fetchArchive, type Archive } from './archive';
import { CIFAR_LAYOUTS, readCifar, type CifarLayout } from './cifar';
import type { Stoppable } from '../progress/work';
import type { DatasetPair } from './dataset';
import { UnreachableError, type DownloadProgress } from './download';
import { syntheticDataset } from './synthetic';

/** Where data come from, and what is called on the way. */
export interface LoadOptions extends Stoppable {
  /** Folder that holds, or will hold, `cifar-10-batches-bin` and `cifar-100-binary`. Default: 'data'. */
  readonly folder?: string | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Whether the embedded set may stand in where the download server cannot be reached. Default: true. */
  readonly allowSynthetic?: boolean | undefined;
  /** Called with the reason when the embedded set stands in. */
  readonly onSynthetic?: ((reason: UnreachableError) => void) | undefined;
}

/** A data set's layout on disk and the archive it comes in. */
export interface DatasetSource {
  readonly layout: CifarLayout;
  readonly archive: Archive;
}

/**
 * Loads CIFAR-10 or CIFAR-100: from the files in place, else from the official archive, else, where
 * there is no network, the embedded set of as many classes ('synthetic-10', 'synthetic-100').
 *
 * Files that are in place but damaged are an error. They are never replaced.
 *
 * @throws Error as `loadCifar` and `downloadFile`; StoppedError if its `signal` or the kernel's interrupt stops a download, which the
 *   next call continues; UnreachableError without network if `allowSynthetic` is false.
 */
export function loadDataset(dataset: 'cifar10' | 'cifar100', options: LoadOptions = {}): Promise<DatasetPair> {
  return loadFrom({ layout: CIFAR_LAYOUTS[dataset], archive: CIFAR_ARCHIVES[dataset] }, options);
}

/** {@link loadDataset} with a source of one's own. */
export async function loadFrom({ layout, archive }: DatasetSource, options: LoadOptions): Promise<DatasetPair> {
  const { folder = 'data', onProgress, signal, allowSynthetic = true, onSynthetic } = options;
  if (await isThere(join(folder, layout.folder))) return readCifar(layout, folder);
  try {
    await fetchArchive(archive, folder, { onProgress, ...(signal ? { signal } : {}) });
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    if (!allowSynthetic) {
      throw new UnreachableError(
        `loadDataset: ${layout.name} is not in ${folder}, and its archive cannot be downloaded. ${error.message} ` +
          `Unpack ${archive.url} to ${folder} by hand, or allow the synthetic set.`,
      );
    }
    onSynthetic?.(error);
    return syntheticDataset(layout.name === 'CIFAR-100' ? 100 : 10);
  }
  return readCifar(layout, folder);
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
      throw error;
    },
  );
}
