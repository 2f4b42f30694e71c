import { existsSync, renameSync } from 'node:fs';
import type { z } from 'zod';
import { readSafetensors, type SafetensorsContent } from '../models/safetensors';

/**
 * The content of a checkpoint; undefined if there is none. A damaged one would fail at every try: it is moved aside, with
 * a line on the standard error output, and the run starts from the beginning.
 *
 * @throws Error that names the checkpoint, if it cannot be opened or moved.
 */
export function readCheckpoint(caller: string, file: string): SafetensorsContent | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return readSafetensors(file);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (code !== undefined) {
      throw new Error(`${caller}: the checkpoint ${file} cannot be opened (${message}); mend that, or delete it to start this run from the beginning.`, { cause: error });
    }
    const aside = `${file}.damaged`;
    renameSync(file, aside);
    const [what] = message.replace('readSafetensors: ', '').split(';');
    process.stderr.write(`${caller}: the checkpoint is damaged and was moved aside to ${aside}; the run starts from the beginning. (${what})\n`);
    return undefined;
  }
}

/** What a checkpoint says under a name of its metadata. @throws Error that names the checkpoint, if it is no JSON or not of that shape. */
export function checkpointValue<Value>(caller: string, file: string, metadata: Readonly<Record<string, string>>, name: string, shape: z.ZodType<Value>): Value {
  try {
    return shape.parse(JSON.parse(metadata[name]!));
  } catch (error) {
    throw new Error(`${caller}: the checkpoint ${file} has no readable ${name}; delete it to start this run from the beginning.`, { cause: error });
  }
}
