import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { tensorCount } from './engine/tensor';
import * as samlab from './index';
import { notebookNames } from './jupyter/notebooks';
import { notebookProgram, transpiled, tslabProblems } from './testing/tslabCompiler';
import { PROJECT_ROOT } from './files/projectRoot';

function textOf(...path: readonly string[]): string {
  return readFileSync(join(PROJECT_ROOT, ...path), 'utf8');
}

/** The program on the README below a heading. */
function readmeProgram(heading: string): string {
  const section = textOf('README.md').split(/^## /m).find((part) => part.startsWith(heading))!;
  return /```ts\n([^]*?)```/.exec(section)![1]!;
}

/** All programs of README and docs that import samlab, by their page and place. */
function documentPrograms(): Readonly<Record<string, string>> {
  const pages = ['README.md', ...readdirSync(join(PROJECT_ROOT, 'docs')).map((name) => join('docs', name))];
  return Object.fromEntries(pages.flatMap((page) =>
    [...textOf(page).matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code!).filter((code) => code.includes("'samlab'")).map((code, place) => [`${page.replace(/\W/g, '-')}-${place}`, code] as const)));
}

const OWN_NETWORK = 'A network of your own';

void test('the notebooks, the README and the documents compile against the declarations, with the compiler that tslab has', async () => {
  const notebooks = (await notebookNames(PROJECT_ROOT)).map((name) => [name, notebookProgram(name)] as const);
  const programs = documentPrograms();
  assert.ok(Object.keys(programs).length >= 2);
  const found = tslabProblems({ ...Object.fromEntries(notebooks), ...programs, stale: "import { optim, recipes } from 'samlab'; optim.sam(); optim.climbUphill();" });
  const { stale, ...kept } = found;
  assert.match(stale!.join(), /"samlab"' has no exported member.* 'recipes'.*'climbUphill' does not exist/, 'a name that is not exported is found');
  assert.deepEqual(Object.entries(kept).filter(([, problems]) => problems.length > 0), []);
});

void test('a configuration in a constant keeps its types with defineConfig, and a wrong one is refused', () => {
  const start = "import { experiment, notebook, optim } from 'samlab'; const { compare, defineConfig } = experiment; const { trainLive } = notebook; declare const mine: optim.PerturbationRule;";
  const found = tslabProblems({
    defined: `${start} const config = defineConfig({ model: 'resnet20', epochs: 4 });
      await trainLive({ ...config, method: 'sam' });
      const { networks, dispose } = await compare([{ rule: mine }], { config, seeds: [0], keepNetworks: true });
      const { history, model, network } = await trainLive(config, { rule: mine, keepNetwork: true });
      networks.forEach(({ label, network: { parameters } }) => [label, parameters.norm(), network, model.name, history.length]); dispose();`,
    widened: `${start} const config = { model: 'resnet20' }; await trainLive(config);`,
    misspelt: `${start} defineConfig({ model: 'resnet21' });`,
  });
  assert.deepEqual(found['defined'], []);
  assert.match(found['widened']!.join(), /'string' is not assignable/);
  assert.match(found['misspelt']!.join(), /"resnet21".* is not assignable/);
});

void test('each exported function or constant is named in a notebook, the README, the report or a document', async () => {
  const documents = readdirSync(join(PROJECT_ROOT, 'docs')).filter((name) => name.endsWith('.md')).map((name) => textOf('docs', name));
  const notebooks = (await notebookNames(PROJECT_ROOT)).map((name) => textOf('notebooks', name));
  const words = new Set([...notebooks, ...documents, textOf('README.md'), textOf('REPORT.md')].join('\n').match(/\w+/g));
  const exported = Object.entries(samlab).map(([space, names]) => [space, Object.keys(names)] as const);
  assert.deepEqual(exported.flatMap(([, names]) => names).filter((name) => !words.has(name)), []);
  assert.ok(!words.has('aNameOfNothing'));
  // Each row of the page begins with a namespace, whose names it holds.
  const rows = textOf('docs', 'library.md').split('\n').filter((line) => line.startsWith('| `'));
  assert.deepEqual([...new Set(rows.map((row) => row.split('`')[1]))].sort(), Object.keys(samlab).sort());
  for (const row of rows) {
    const [space, ...named] = [...row.matchAll(/`(\w+)`/g)].map(([, name]) => name!);
    const has = new Set(exported.find(([name]) => name === space)![1]);
    assert.deepEqual(named.filter((name) => !has.has(name)), [], `docs/library.md names what ${space!} does not export`);
  }
});

void test('the network of one\'s own on the README trains, is evaluated, probed, saved and loaded', async (context) => {
  const folder = await mkdtemp(join(tmpdir(), 'samlab-readme-'));
  const here = process.cwd();
  context.after(() => rm(folder, { recursive: true }));
  const log = context.mock.method(console, 'log', () => undefined);
  const before = tensorCount();
  process.chdir(folder);
  try {
    // There is no node_modules here: the program's only import gives the module under test.
    const run = runInThisContext(`(async (require, exports) => { ${transpiled(readmeProgram(OWN_NETWORK))} })`) as (require: (name: string) => unknown, exports: object) => Promise<void>;
    await run((name) => (assert.equal(name, 'samlab'), samlab), {});
  } finally {
    process.chdir(here);
  }
  assert.equal(tensorCount(), before);
  const said = log.mock.calls.map(({ arguments: [line] }) => String(line)).join('\n');
  assert.match(said, /small network, my pictures, seed 0: epoch 2\/2/);
  assert.match(said, /top eigenvalue \d+(\.\d+)?, error [\d.]+ %, 25 points/);
  assert.deepEqual(readdirSync(folder), ['mine.safetensors']);
});
