/**
 * How Slurm reads the lines of a job script that are meant for it (src/sbatch/opt.c of Slurm): words end at white space, `#`
 * begins a comment, quotes of either kind keep both, and a backslash keeps the character after it, within quotes too.
 */

/** Characters that no line of a script can hold: they would end it, or be taken for its end. */
// eslint-disable-next-line no-control-regex -- these are the ones that are looked for
const CONTROL = /[\u0000-\u001f\u007f\u0085\u2028\u2029]/;

function refuseControl(what: string, text: string): void {
  if (CONTROL.test(text)) {
    throw new RangeError(`arrayScript: ${what} holds a line break or another control character, which no line of a job script can: ${JSON.stringify(text)}. Choose another.`);
  }
}

/** A value in quotes, as Slurm reads it back. */
export function inQuotes(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function quotedValue(value: string): string {
  return /^[\w./:=,@%+*^[\]&|!()-]*$/.test(value) ? value : inQuotes(value);
}

/**
 * An #SBATCH line of a job script.
 *
 * @param option a word of sbatch's command line as a shell has read it, such as `--comment=a # b`, or two, such as `-G a100:2`;
 * a value in quotes of its own stays as it is.
 * @throws RangeError if it holds a line break or another control character.
 */
export function directive(option: string): string {
  refuseControl('an option of sbatch', option);
  const [, name, between, value] = /^(--[\w-]+|-[A-Za-z])(=|\s+|)(.*)$/.exec(option) ?? [undefined, option, '', ''];
  const isQuoted = /^"(?:[^"\\]|\\.)*"$|^'[^'\\]*'$/.test(value);
  return `#SBATCH ${name}${between}${isQuoted ? value : quotedValue(value)}`;
}

/**
 * A folder as the beginning of one of Slurm's patterns of file names, in which `%` begins a symbol.
 *
 * @throws RangeError for a backslash, which switches off all symbols, including the task's number; or for a control character.
 */
export function filePattern(folder: string): string {
  refuseControl('the path of the store', folder);
  if (folder.includes('\\')) {
    throw new RangeError(`arrayScript: the path ${folder} holds a backslash, with which Slurm does not fill the task's number into the names of logs; choose another --store.`);
  }
  return folder.replaceAll('%', '%%');
}
