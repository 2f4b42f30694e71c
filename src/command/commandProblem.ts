import { AssertionError } from 'node:assert';

/** Errors that a mistake in the program throws, not one of its user. */
const DEFECTS = [TypeError, ReferenceError, SyntaxError, AssertionError];

/** Ends a command that failed: with the message alone for what its user can mend, with the stack for a defect of the program. */
export function reportProblem(error: unknown): void {
  const isDefect = DEFECTS.some((kind) => error instanceof kind);
  console.error(error instanceof Error ? (isDefect ? error.stack : error.message) : String(error));
  process.exitCode = 1;
}
