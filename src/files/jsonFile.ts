import { readFileSync } from 'node:fs';
import type { z } from 'zod';

/** What a file should be, for the message when it is something else. */
export interface JsonFileKind<T> {
  /** The function that reads it. */
  readonly reader: string;
  /** Such as "a claim of a run". */
  readonly what: string;
  readonly shape: z.ZodType<T>;
  /** What to do about a file that is something else, in one clause. */
  readonly mend: string;
}

const PLAIN_WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file, not a folder',
  EACCES: 'this user may not read it',
};

/** Why a file could not be read, in words; the system's own message does not always name the file. */
export function readProblem(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return PLAIN_WORDS[code] ?? message;
}

/** After a power cut a file may be empty, or hold zero bytes in place of its content. */
export function isBlank(text: string): boolean {
  return /^[\0\s]*$/.test(text);
}

/** A text as JSON. @throws Error that says what is wrong with it. */
function parsed(text: string): unknown {
  if (isBlank(text)) {
    throw new Error(`it is ${text === '' ? 'empty' : 'blank'}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads a JSON file and checks its shape. Keys that the shape does not have are dropped where it is `z.object`.
 *
 * @throws Error that names the file, what it should be, what is wrong with it, and what to do.
 */
export function readJsonFile<T>(file: string, { reader, what, shape, mend }: JsonFileKind<T>): T {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new Error(`${reader}: ${file} is not ${what} (${problem}); ${mend}.`, { cause });
  };
  let content: unknown;
  try {
    content = parsed(readFileSync(file, 'utf8'));
  } catch (error) {
    return refuse(readProblem(error), error);
  }
  const checked = shape.safeParse(content);
  return checked.success ? checked.data : refuse(checked.error.issues.map(({ path, message }) => `${path.join('.') || 'content'}: ${message}`).join('; '));
}
