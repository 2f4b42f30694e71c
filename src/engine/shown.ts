/** A value as an error message shows it: numbers as they are, all else with quotes or brackets and its type, since "" and [] are invisible. */
export function shown(value: unknown): string {
  if (typeof value === 'number' || value === undefined || value === null) {
    return String(value);
  }
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? `a ${typeof value}` : `${text} (${typeof value})`;
}
