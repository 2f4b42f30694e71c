import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { writeAtomically } from '../files/atomicFile';
import { readJsonFile } from '../files/jsonFile';

const stagesShape = z.object({ setting: z.string(), results: z.record(z.string(), z.unknown()) });
type StoredStages = z.infer<typeof stagesShape>;

/** The stages in a file. If it cannot be read, a message names it, and the stages are measured again. */
function readStages(file: string): StoredStages | undefined {
  if (!existsSync(file)) {
    return undefined;
  }
  try {
    return readJsonFile(file, { reader: 'Stages', what: 'a list of finished stages', shape: stagesShape, mend: 'all of them are measured again' });
  } catch (error) {
    console.error((error as Error).message);
    return undefined;
  }
}

/** Results of the stages of a long measurement, kept in a file until the whole is done: a run that was killed is resumed from it. */
export class Stages {
  private readonly results: Record<string, unknown>;

  /**
   * @param file beside the place of the whole result.
   * @param setting all that the results depend on; those of another setting are not taken.
   */
  constructor(
    private readonly file: string,
    private readonly setting: string,
  ) {
    const stored = readStages(file);
    this.results = stored?.setting === setting ? { ...stored.results } : {};
  }

  /** The stage's result from the file, or from `measure`, which is then kept. */
  async take<Result>(name: string, measure: () => Result | Promise<Result>): Promise<Result> {
    if (name in this.results) {
      console.log(`${name}: measured before`);
      return this.results[name] as Result;
    }
    const result = await measure();
    this.results[name] = result;
    mkdirSync(dirname(this.file), { recursive: true });
    writeAtomically(this.file, [Buffer.from(JSON.stringify({ setting: this.setting, results: this.results } satisfies StoredStages))]);
    return result;
  }

  /** Removes the file: the whole is done. */
  done(): void {
    rmSync(this.file, { force: true });
  }
}
