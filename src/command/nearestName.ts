import { distance } from 'fastest-levenshtein';

/** A misspelt name differs from the one that was meant in at most this share of its letters, or in one letter. */
const SHARE = 0.4;
/** Shortest part of a name, in letters, that is taken for the whole name. */
const TELLING_PART = 4;

function plain(name: string): string {
  return name.toLowerCase().replace(/[-_ ]/g, '');
}

/** "lr" for learningRate. */
function initials(name: string): string {
  return plain(name.replace(/^([a-z])[a-z]*/, '$1').replace(/([A-Z])[a-z]*/g, '$1'));
}

/** The known name that was probably meant: the same but for case and hyphens, abbreviated, misspelt, or a part of it; undefined if none is near. */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const meant = plain(name);
  const same = known.find((one) => plain(one) === meant) ?? known.find((one) => /[A-Z]/.test(one) && initials(one) === meant);
  if (same !== undefined) {
    return same;
  }
  const misspelt = known
    .map((one) => ({ one, letters: distance(meant, plain(one)) }))
    .filter(({ letters }) => letters <= Math.max(1, Math.floor(SHARE * meant.length)))
    .sort((a, b) => a.letters - b.letters);
  return misspelt[0]?.one ?? (meant.length >= TELLING_PART ? known.find((one) => plain(one).includes(meant)) : undefined);
}

/** "; did you mean learningRate?", or nothing if no known name is near. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean ${nearest}?`;
}
