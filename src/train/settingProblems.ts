import type { z } from 'zod';
import { didYouMean } from '../command/nearestName';

/**
 * What is wrong with settings, a line each: which setting, what was expected, what came, and the name or value that was probably
 * meant, or the default that would do.
 *
 * @param found what zod found when it checked `given`.
 */
export function settingProblems(found: z.ZodError, given: unknown, defaults: object): string {
  const lines = found.issues.map((issue) => {
    const { path, message } = issue;
    if (issue.code === 'unrecognized_keys') {
      return `  ${path.join('.') || 'settings'}: ${message}${issue.keys.map((key) => didYouMean(key, Object.keys(defaults))).join('')}`;
    }
    const name = path.join('.');
    const came = at(given, path);
    const got = name === '' || message.includes('received') ? '' : `, got ${typeof came === 'string' ? `"${came}"` : String(came)}`;
    const fallback = at(defaults, path);
    const mend = name === '' || fallback === undefined ? '' : `; the default is ${JSON.stringify(fallback)}`;
    const meant = issue.code === 'invalid_value' && typeof came === 'string' ? didYouMean(came, issue.values.map(String)) : '';
    return `  ${name || 'settings'}: ${message}${got}${meant || mend}`;
  });
  return lines.join('\n');
}

function at(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Readonly<Record<PropertyKey, unknown>>)[key] : undefined), value);
}
