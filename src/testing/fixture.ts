import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../files/projectRoot';

/** Path of a file in src/fixtures, from the compiled tests in dist. */
export function fixturePath(name: string): string {
  return join(PROJECT_ROOT, 'src', 'fixtures', name);
}

/** Reads a fixture that one of the scripts beside it wrote. */
export function readFixture(name: string): unknown {
  return JSON.parse(readFileSync(fixturePath(name), 'utf8'));
}
