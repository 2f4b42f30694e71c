import { permutation, random, type Random } from '../engine/random';

/**
 * Divides samples among clients with unequal mixes of classes: for every class, the clients' shares
 * are drawn from a symmetric Dirichlet distribution, p ~ Dir(a, ..., a), and the class's samples are
 * cut, in random order, at the cumulated shares.
 *
 * A small concentration gives each class to few clients, a large one approaches equal shares. A
 * client may come out empty. (Yurochkin et al. 2019, arXiv 1905.12022, section 4; Hsu et al. 2019,
 * arXiv 1909.06335, draw the mix per client instead.)
 *
 * @param labels [n]
 * @param options.concentration a > 0; federated studies use .6, .3 and .1.
 * @returns for each client the indices of its samples, ascending; together 0, ..., n - 1 exactly once.
 * @throws RangeError if `clients` is not a positive integer or `concentration` not a positive number.
 */
export function dirichletPartition(
  labels: Uint8Array,
  options: { readonly clients: number; readonly concentration: number; readonly seed: number },
): Int32Array[] {
  const { clients, concentration, seed } = options;
  checkClients('dirichletPartition', clients);
  if (!(Number.isFinite(concentration) && concentration > 0)) {
    throw new RangeError(`dirichletPartition: expected a positive concentration, got ${concentration}; 0.6, 0.3 and 0.1 are usual, and large ones give equal shares.`);
  }
  const owners = new Int32Array(labels.length);
  for (const label of new Set(labels)) {
    const rng = random(seed, 'dirichlet partition', label);
    const members = shuffledMembers(labels, label, rng);
    const shares = dirichlet(clients, concentration, rng);
    let cumulated = 0;
    let start = 0;
    shares.forEach((share, client) => {
      cumulated += share;
      // Rounded sums may end below 1; the last client takes what is left.
      const end = client === clients - 1 ? members.length : Math.min(members.length, Math.round(cumulated * members.length));
      for (const index of members.subarray(start, end)) owners[index] = client;
      start = end;
    });
  }
  return indicesByOwner(owners, clients);
}

/**
 * Divides samples among clients at random, whatever their class; sizes differ by at most one.
 *
 * @param labels [n]; only their number matters.
 * @returns as {@link dirichletPartition}.
 * @throws RangeError if `clients` is not a positive integer.
 */
export function iidPartition(
  labels: Uint8Array,
  { clients, seed }: { readonly clients: number; readonly seed: number },
): Int32Array[] {
  checkClients('iidPartition', clients);
  const owners = new Int32Array(labels.length);
  permutation(labels.length, random(seed, 'iid partition')).forEach((index, position) => {
    owners[index] = position % clients;
  });
  return indicesByOwner(owners, clients);
}

/**
 * One draw from the symmetric Dirichlet distribution Dir(a, ..., a): gamma variates over their sum.
 *
 * The gammas are kept as logarithms, because at a = 0.01 most of them are too small for a double.
 *
 * @returns [size], non-negative, summing to 1.
 */
export function dirichlet(size: number, concentration: number, rng: Random): Float64Array {
  const logs = Float64Array.from({ length: size }, () => logGamma(concentration, rng));
  const largest = logs.reduce((a, b) => Math.max(a, b));
  const weights = logs.map((log) => Math.exp(log - largest));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}

/**
 * Logarithm of a gamma variate with the given shape and scale 1 (Marsaglia and Tsang 2000, with
 * their boost G(a) = G(a + 1) U^(1/a) for shapes below 1).
 */
function logGamma(shape: number, rng: Random): number {
  if (shape < 1) return logGamma(shape + 1, rng) + Math.log(1 - rng.uniform()) / shape;
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = rng.normal();
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - rng.uniform()) < 0.5 * x * x + d - d * v + d * Math.log(v)) {
      return Math.log(d * v);
    }
  }
}

function shuffledMembers(labels: Uint8Array, label: number, rng: Random): Int32Array {
  const members: number[] = [];
  labels.forEach((value, index) => {
    if (value === label) members.push(index);
  });
  return permutation(members.length, rng).map((position) => members[position]!);
}

function indicesByOwner(owners: Int32Array, clients: number): Int32Array[] {
  const indices: number[][] = Array.from({ length: clients }, () => []);
  owners.forEach((owner, index) => indices[owner]!.push(index));
  return indices.map((list) => Int32Array.from(list));
}

function checkClients(caller: string, clients: number): void {
  if (!Number.isSafeInteger(clients) || clients < 1) {
    throw new RangeError(`${caller}: expected at least 1 client, got ${clients}.`);
  }
}
