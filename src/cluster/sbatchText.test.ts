import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrayScript } from './arrayScript';
import { directive, filePattern } from './sbatchText';

/** The words of an sbatch line as Slurm's parser reads them, after `_get_argument` in src/sbatch/opt.c. */
function wordsOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = '#SBATCH'.length; at < line.length; at++) {
    const character = line[at]!;
    if (character === '\\') {
      word = (word ?? '') + line[++at]!;
    } else if (quote !== '') {
      quote = character === quote ? '' : quote;
      word = quote === '' ? (word ?? '') : (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '#') {
      break;
    } else if (/\s/.test(character)) {
      words.push(...(word === undefined ? [] : [word]));
      word = undefined;
    } else {
      word = (word ?? '') + character;
    }
  }
  assert.equal(quote, '', `unmatched quote in ${line}`);
  return [...words, ...(word === undefined ? [] : [word])];
}

const read: readonly (readonly [string, readonly string[]])[] = [
  ['--mem=16G', ['--mem=16G']],
  ['-G a100:2', ['-G', 'a100:2']],
  ['--mail-type END', ['--mail-type', 'END']],
  ['-N2', ['-N2']],
  ['--exclusive', ['--exclusive']],
  ['--comment=a # b', ['--comment=a # b']],
  ["--comment=it's", ["--comment=it's"]],
  ['--comment=say "a\\b"', ['--comment=say "a\\b"']],
  ['--comment="a b"', ['--comment=a b']],
  ["--comment='a b'", ['--comment=a b']],
  ['--comment="a" "b"', ['--comment="a" "b"']],
  ['--partition=gpu,long', ['--partition=gpu,long']],
  ['--constraint=[a&b*2|c]', ['--constraint=[a&b*2|c]']],
  ['--partition=über 1', ['--partition=über 1']],
];

for (const [option, words] of read) {
  void test(`Slurm reads ${option} as ${words.join(' and ')}`, () => {
    assert.deepEqual(wordsOf(directive(option)), words);
  });
}

const REQUEST = { cpusPerTask: 1, warning: 120, sbatch: [] } as const;

function outputOf(folder: string): string {
  const line = arrayScript(folder, 2, REQUEST).split('\n').find((one) => one.includes('--output='))!;
  return wordsOf(line)[0]!.slice('--output='.length);
}

void test('Slurm finds the logs in the submission, whatever signs its path has', () => {
  for (const folder of ['/scratch/50%a done/x', '/scratch/it"s', "/scratch/it's", '/a # b', '/a%%b/$HOME/ö', '/%j/%A']) {
    const pattern = outputOf(folder);
    const filled = pattern.replace(/%(%|a)/g, (_, symbol: string) => (symbol === '%' ? '%' : '7'));
    assert.equal(filled, `${folder}/7.log`);
    assert.doesNotMatch(pattern.replaceAll('%%', ''), /%[^a]/);
  }
});

const refused: readonly (readonly [string, () => unknown, RegExp])[] = [
  ['a backslash in the path', () => filePattern('/a\\b'), /path \/a\\b holds a backslash, with which Slurm does not fill the task's number .*another --store/],
  ['a line break in the path', () => outputOf('/a\n#SBATCH --evil'), /path of the store holds a line break/],
  ['a tab in the path', () => outputOf('/a\tb'), /control character/],
  ['a line break in the partition', () => arrayScript('/a', 1, { ...REQUEST, partition: 'a\nb' }), /an option of sbatch holds a line break .*"--partition=a\\nb"/],
  ['a line break in a further option', () => arrayScript('/a', 1, { ...REQUEST, sbatch: ['--comment=a\nrm'] }), /holds a line break/],
  ['another array', () => arrayScript('/a', 1, { ...REQUEST, sbatch: ['--array=0-5'] }), /--array=0-5 cannot be a further option of sbatch/],
  ['another name of the job', () => arrayScript('/a', 1, { ...REQUEST, sbatch: ['-J mine'] }), /-J mine cannot be/],
];

for (const [what, act, message] of refused) {
  void test(`${what} is refused`, () => {
    assert.throws(act, { name: 'RangeError', message });
  });
}
