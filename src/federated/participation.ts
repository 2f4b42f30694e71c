import { permutation, random } from '../engine/random';
import type { FederatedSettings } from './settings';

/** Who takes part in a round; clients are numbered from 0, in ascending order. */
export interface Participation {
  /** Clients that the server asks. */
  readonly asked: readonly number[];
  /** Those among them that do not answer. */
  readonly failed: readonly number[];
  /** Those that do; may be none. */
  readonly answering: readonly number[];
}

/**
 * Draws the clients of a round: `activeClients` of all, uniformly and without replacement; each of them fails with
 * probability `dropOut`, independently of the others. What a failed client would have sent is lost, and it is not computed.
 *
 * The draw depends on seed and round alone, not on the method, so that methods with one seed meet the same clients.
 *
 * @param clients number of all clients.
 * @param round counted from 1.
 */
export function drawParticipation({ activeClients, dropOut, seed }: Pick<FederatedSettings, 'activeClients' | 'dropOut' | 'seed'>, clients: number, round: number): Participation {
  const asked = [...permutation(clients, random(seed, 'active clients', round)).subarray(0, activeClients)].sort((a, b) => a - b);
  const rng = random(seed, 'drop-out', round);
  const answers = asked.map(() => rng.uniform() >= dropOut);
  return {
    asked,
    failed: asked.filter((_, position) => !answers[position]),
    answering: asked.filter((_, position) => answers[position]),
  };
}
