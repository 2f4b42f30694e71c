import type { Goal } from './result';

const FEWEST_DIGITS = 2;
const MOST_DIGITS = 6;

/** Digits after the point, two or more, with which numbers that differ from the limit also read differently. */
function digitsBeside(limit: number, numbers: readonly number[]): number {
  const tells = (digits: number): boolean => numbers.every((value) => value === limit || value.toFixed(digits) !== limit.toFixed(digits));
  let digits = FEWEST_DIGITS;
  while (digits < MOST_DIGITS && !tells(digits)) {
    digits++;
  }
  return digits;
}

/** What was measured for a goal, with its interval and enough digits to distinguish it from the goal: "0.78 (0.77 to 0.79)". */
export function measuredText({ goal, value, interval }: Goal): string {
  if (value === null) {
    return 'not run';
  }
  const limit = Number(goal.replace(/^[<>]= /, ''));
  const digits = digitsBeside(limit, [value, ...(interval ? [interval.low, interval.high] : [])]);
  const range = interval ? ` (${interval.low.toFixed(digits)} to ${interval.high.toFixed(digits)})` : '';
  return `${value.toFixed(digits)}${range}`;
}

const ENDINGS = { narrow: 'narrow enough', rounds: 'as many as allowed', minutes: 'no more time' } as const;

/** How many rounds there were and why no more: "12, narrow enough". Empty where that is not known. */
export function roundsText({ rounds, ending }: Goal): string {
  return rounds === undefined ? '' : ending === undefined ? String(rounds) : `${rounds}, ${ENDINGS[ending]}`;
}

/** "met", "not met", or why there is no verdict. */
export function verdictText({ value, met, interval, rounds }: Goal): string {
  if (met !== null) {
    return met ? 'met' : 'not met';
  }
  return value === null ? '' : interval !== undefined ? 'undecided' : rounds !== undefined ? 'too few rounds' : 'no verdict';
}
