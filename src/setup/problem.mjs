// @ts-check

/** Something that set-up cannot mend by itself: what happened, and what the user can do about it. */
export class SetupProblem extends Error {
  /**
   * @param {string} cause what happened, in one sentence
   * @param {string} remedy what to do, in one sentence
   */
  constructor(cause, remedy) {
    super(`${cause}\n  Remedy: ${remedy}`);
    this.name = 'SetupProblem';
  }
}

const NO_ROOM = /ENOSPC|No space left on device|Disk quota exceeded/;
const NO_NETWORK = new RegExp(
  [
    // npm
    ...['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH', 'EHOSTUNREACH', 'network timeout'],
    // pip
    ...['NewConnectionError', 'ConnectTimeoutError', 'ReadTimeoutError', 'ProxyError', 'Connection refused', 'Read timed out'],
    ...['Temporary failure in name resolution', 'Network is unreachable', 'Connection broken'],
  ].join('|'),
);

/**
 * Explains why a program that downloads and writes has failed.
 *
 * @param {string} doing what failed, as in "Installing the node packages"
 * @param {string} output what it printed
 * @returns {SetupProblem}
 */
export function explainFailure(doing, output) {
  if (NO_ROOM.test(output)) {
    return new SetupProblem(`${doing} failed: the disk is full.`, 'Free some room, then run the same command again.');
  }
  if (NO_NETWORK.test(output)) {
    return new SetupProblem(
      `${doing} failed: the package registry cannot be reached.`,
      'Check the network (behind a proxy, set HTTPS_PROXY), then run the same command again; what is done stays done.',
    );
  }
  return new SetupProblem(`${doing} failed:\n${lastLines(output)}`, 'Mend what the lines above name, then run the same command again.');
}

/**
 * @param {string} output
 * @returns {string} its end, indented
 */
function lastLines(output) {
  return output
    .trim()
    .split('\n')
    .slice(-30)
    .map((line) => `    ${line}`)
    .join('\n');
}
