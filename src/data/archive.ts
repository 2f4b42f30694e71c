import { mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { extract } from 'tar';
import { downloadFile, type DownloadOptions } from './download';

/** An archive that holds one folder of data. */
export interface Archive {
  readonly url: string;
  /** MD5 of the archive, in hexadecimal. */
  readonly md5: string;
  /** The folder inside. */
  readonly folder: string;
}

/** The official archives, with the MD5 sums that https://www.cs.toronto.edu/~kriz/cifar.html gives. */
export const CIFAR_ARCHIVES: Readonly<Record<'cifar10' | 'cifar100', Archive>> = {
  cifar10: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    md5: 'c32a1d4ab5d03f1284b67883e8d87530',
    folder: 'cifar-10-batches-bin',
  },
  cifar100: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    md5: '03b5dce01913d631647c71ecec9e9cb8',
    folder: 'cifar-100-binary',
  },
};

/**
 * Downloads an archive and unpacks it to `folder`, where its own folder appears all at once.
 *
 * The archive and its unfinished pieces lie in `folder`/downloads, and are removed once unpacked.
 *
 * @throws as {@link downloadFile}; Error if the archive cannot be unpacked.
 */
export async function fetchArchive(
  archive: Archive,
  folder: string,
  options: Pick<DownloadOptions, 'onProgress' | 'signal' | 'answerWithin' | 'stallAfter'> = {},
): Promise<void> {
  const downloads = join(folder, 'downloads');
  const path = join(downloads, basename(archive.url));
  await downloadFile({ ...options, url: archive.url, md5: archive.md5, path });
  // Unpacked beside its destination, on the same disk, so that one rename puts it in place.
  const staging = await mkdtemp(join(downloads, 'unpacking-'));
  try {
    await extract({ file: path, cwd: staging, strict: true });
    await rename(join(staging, archive.folder), join(folder, archive.folder));
  } catch (error) {
    throw new Error(`fetchArchive: ${path} could not be unpacked to ${folder}; is there room on the disk?`, { cause: error });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  await rm(path);
}
