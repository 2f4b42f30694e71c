import { AssertionError } from 'node:assert';

/** Errors that a mistake in the program throws, not one of its user. */
const DEFECTS = [TypeError, ReferenceError, SyntaxError, AssertionError];

/** Ends a command that failed: with only the message for problems that its user can fix, with the stack for a defect of the program. */
export function reportProblem(error: unknown): void {
  const isDefect = DEFECTS.some((kind) => error instanceof kind);
  console.error(error instanceof Error ? (isDefect ? error.stack : error.message) : String(error));
  process.exitCode = 1;
}
