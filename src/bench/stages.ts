import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { sync as writeFileAtomicSync } from 'write-file-atomic';

interface StoredStages {
  readonly setting: string;
  readonly results: Readonly<Record<string, unknown>>;
}

/** Results of the stages of a long measurement, kept in a file until the whole is done: a run that was killed goes on where it was. */
export class Stages {
  private readonly results: Record<string, unknown>;

  /**
   * @param file beside where the whole result will be.
   * @param setting all that the results depend on; those of another setting are not taken.
   */
  constructor(
    private readonly file: string,
    private readonly setting: string,
  ) {
    const stored = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as StoredStages) : undefined;
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
    writeFileAtomicSync(this.file, JSON.stringify({ setting: this.setting, results: this.results } satisfies StoredStages));
    return result;
  }

  /** Removes the file: the whole is done. */
  done(): void {
    rmSync(this.file, { force: true });
  }
}
