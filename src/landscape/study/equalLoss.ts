import { shown } from '../../engine/shown';
import { findPath, weightsName, type TrainedNetwork } from '../trainedNetworks';

/** Where snapshots are stored, and how losses are measured. */
export interface EqualLossOptions {
  /** Folders in whose `weights` runs leave their networks and snapshots. */
  readonly stores: readonly string[];
  /** The loss of a network on the images that the comparison is made on. */
  readonly lossOf: (network: TrainedNetwork) => Promise<number>;
}

/**
 * Two networks for a comparison at equal loss: the one whose loss is lower is replaced by the snapshot of its training whose loss is
 * nearest to the other's. At different losses, sharpness differs for that reason alone, since curvature falls with the loss.
 *
 * @throws RangeError if the run with the lower loss has no snapshots, or a loss is not finite.
 */
export async function atEqualLoss(networks: readonly [TrainedNetwork, TrainedNetwork], { stores, lossOf }: EqualLossOptions): Promise<readonly [TrainedNetwork, TrainedNetwork]> {
  const losses = [await lossOf(networks[0]), await lossOf(networks[1])] as const;
  if (!losses.every(Number.isFinite)) {
    throw new RangeError(`atEqualLoss: expected networks with finite losses, got ${losses.map(shown).join(' and ')}; leave --at-equal-loss out.`);
  }
  const firstIsLower = losses[0] <= losses[1];
  const lower = networks[firstIsLower ? 0 : 1];
  const [least, target] = firstIsLower ? losses : [losses[1], losses[0]];
  const { file, record } = lower;
  const snapshots = record === undefined ? [] : findPath([record.run], stores).filter((snapshot) => snapshot.file !== file);
  if (snapshots.length === 0) {
    throw new RangeError(`atEqualLoss: ${weightsName(file)} has the lower loss (${shown(least)} against ${shown(target)}) and no snapshots to choose from; repeat its run with --snapshot-every 1.`);
  }
  let nearest = { network: lower, distance: target - least };
  for (const network of snapshots) {
    const distance = Math.abs((await lossOf(network)) - target);
    nearest = distance < nearest.distance ? { network, distance } : nearest;
  }
  return firstIsLower ? [nearest.network, networks[1]] : [networks[0], nearest.network];
}
