import { join } from 'node:path';

/** The project's folder. */
export const PROJECT_ROOT = join(__dirname, '..', '..');
