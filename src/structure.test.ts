import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { PROJECT_ROOT } from './files/projectRoot';

const SOURCES = join(PROJECT_ROOT, 'src');
/** Imported only by tests, though not test helpers: the README example of `samlab/tfjs`, modules bundled by name, and programs run by hand. */
const EXAMPLES = ['tfjs/example.ts', 'playground/net/inNode.ts', 'playground/net/measureExamples.ts', 'playground/net/film.ts'];
/** Modules of this folder stand in for those of the engine where it is bundled for browsers, and nothing imports them by name. */
const STAND_INS = 'engine/plain/';

type Graph = ReadonlyMap<string, readonly string[]>;

/** Each file of `src` with the files that it imports, for values or for types. */
function importsOfFiles(): Graph {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'));
  return new Map(files.map((file) => [file, importsOf(file, readFileSync(join(SOURCES, file), 'utf8'))]));
}

function importsOf(file: string, text: string): string[] {
  return ts.preProcessFile(text, true, true).importedFiles.flatMap(({ fileName }) => {
    if (!fileName.startsWith('.')) {
      return [];
    }
    const path = join(SOURCES, dirname(file), fileName);
    const found = [`${path}.ts`, join(path, 'index.ts')].find((candidate) => existsSync(candidate));
    return found === undefined ? [] : [relative(SOURCES, found)];
  });
}

const isTest = (file: string): boolean => file.endsWith('.test.ts') || isHelper(file);
/** Helpers of tests are in folders named testing. */
const isHelper = (file: string): boolean => file.split('/').slice(0, -1).includes('testing');
/** The top-level folder, or the file itself where it is in none. */
const roomOf = (file: string): string => file.split('/')[0]!;

/** The same between folders; tests may reach further. */
function importsOfRooms(graph: Graph): Graph {
  const rooms = new Map<string, string[]>();
  for (const [file, imports] of graph) {
    if (!isTest(file)) {
      const others = imports.map(roomOf).filter((room) => room !== roomOf(file));
      rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), ...others]);
    }
  }
  return rooms;
}

/** A way from a node back to itself, or undefined if there is none. Depth first: a node that was left is on no cycle. */
function circleIn(graph: Graph): string[] | undefined {
  const left = new Set<string>();
  const visit = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) {
      return [...path.slice(path.indexOf(node)), node];
    }
    if (left.has(node)) {
      return undefined;
    }
    for (const next of graph.get(node) ?? []) {
      const circle = visit(next, [...path, node]);
      if (circle !== undefined) {
        return circle;
      }
    }
    left.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const circle = visit(node, []);
    if (circle !== undefined) {
      return circle;
    }
  }
  return undefined;
}

const graph = importsOfFiles();

test('no files import each other in a circle, not even for types', () => {
  assert.ok(graph.size > 400, `only ${graph.size} files were read`);
  assert.deepEqual(importsOf('optim/sam.ts', "import type { A } from '../engine/tensor'; export * from './step';"), ['engine/tensor.ts', 'optim/step.ts']);
  assert.deepEqual(circleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', ['d']], ['d', ['b']]])), ['b', 'c', 'd', 'b']);
  assert.equal(circleIn(new Map([['a', ['b', 'c']], ['b', ['c']], ['c', []]])), undefined);
  assert.equal(circleIn(graph), undefined);
});

test('no folders of src import each other in a circle, not even for types', () => {
  assert.equal(circleIn(importsOfRooms(graph)), undefined);
});

test('the product imports no helper of tests', () => {
  const found = [...graph].filter(([file]) => !isTest(file)).flatMap(([file, imports]) => imports.filter(isTest).map((helper) => `${file} imports ${helper}`));
  assert.deepEqual(found, []);
});

test('what only tests import is in a folder named testing', () => {
  const importers = new Map<string, string[]>();
  graph.forEach((imports, file) => imports.forEach((imported) => importers.set(imported, [...(importers.get(imported) ?? []), file])));
  const found = [...importers].filter(([file, from]) => !isTest(file) && from.every(isTest) && file !== 'index.ts' && !file.startsWith(STAND_INS) && !EXAMPLES.includes(file)).map(([file]) => file);
  assert.deepEqual(found, []);
});
