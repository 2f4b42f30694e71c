import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { binding } from '../binding';
import { fromNative, type Tensor } from '../tensor';
import { savedModelText } from './graphDef';
import type { Recording } from './recording';

/** A recorded piece of work that TensorFlow runs as a whole: without a call for each op, and with each intermediate freed or overwritten after its last use. */
export class Graph {
  private readonly session: number;
  private readonly fed: readonly number[];
  private readonly feeds: string;
  private readonly fetches: string;

  constructor({ nodes, constants, inputs, outputs }: Recording) {
    const folder = mkdtempSync(join(tmpdir(), 'samlab-graph-'));
    try {
      writeFileSync(join(folder, 'saved_model.pbtxt'), savedModelText(nodes, constants));
      this.session = binding.loadSavedModel(folder, 'serve');
    } finally {
      rmSync(folder, { recursive: true });
    }
    this.fed = inputs.flatMap((name, index) => (name === undefined ? [] : [index]));
    this.feeds = inputs.filter((name) => name !== undefined).join();
    this.fetches = outputs.join();
  }

  /** The outputs for these inputs, which must have the shapes and types of those recorded. */
  run(inputs: readonly Tensor[]): Tensor[] {
    return binding.runSavedModel(this.session, this.fed.map((index) => inputs[index]!.id), this.feeds, this.fetches).map((output) => fromNative(output, 'a graph'));
  }

  dispose(): void {
    binding.deleteSavedModel(this.session);
  }
}
