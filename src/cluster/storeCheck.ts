import { accessSync, constants, mkdirSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { experimentFolders } from '../experiment/folders';
import type { GridPlan } from './gridPlan';
import { submissionsFolder } from './submission';

/** File systems that one machine has for itself, by the number that statfs(2) gives. */
const LOCAL_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0xef53, 'ext4'],
  [0x58465342, 'XFS'],
  [0x9123683e, 'Btrfs'],
  [0x2fc12fc1, 'ZFS'],
  [0x01021994, 'tmpfs'],
  [0x858458f6, 'ramfs'],
  [0x794c7630, 'overlay'],
]);

/** Makes the folders of a grid's store. @throws Error if one of them cannot be written. */
export function checkWritable(store: string, plan: GridPlan): void {
  const kinds = new Set([...plan.trials, ...plan.runs].map(({ kind }) => kind));
  const folders = [...kinds].flatMap((kind) => {
    const { results, checkpoints, weights } = experimentFolders(kind, store);
    return [results, checkpoints, weights];
  });
  for (const folder of [...folders, submissionsFolder(store)]) {
    try {
      mkdirSync(folder, { recursive: true });
      accessSync(folder, constants.W_OK);
      rmSync(mkdtempSync(join(folder, '.writable-')), { recursive: true });
    } catch (error) {
      throw new Error(`checkWritable: the store cannot be written: ${(error as Error).message}. Choose another folder with --store, or mend its permissions. Nothing was started.`, { cause: error });
    }
  }
}

/**
 * Refuses a store that other nodes cannot see.
 *
 * @param nodes the cluster's nodes. Where this machine is the only one, any store will do.
 * @throws Error if the store is on a file system that only this machine has.
 */
export function checkShared(store: string, nodes: readonly string[]): void {
  const here = hostname().split('.')[0];
  const others = nodes.filter((node) => node.split('.')[0] !== here && node !== 'localhost');
  const local = LOCAL_FILE_SYSTEMS.get(statfsSync(store).type);
  if (others.length > 0 && local !== undefined) {
    throw new Error(
      `checkShared: the store ${store} lies on a disk of this machine (${local}), which ${others.length} other nodes (${others[0]!}, for one) cannot see. ` +
        'Choose a folder on a shared file system with --store, or, if this machine shares that disk under the same path, say --store-is-shared. Nothing was submitted.',
    );
  }
}
