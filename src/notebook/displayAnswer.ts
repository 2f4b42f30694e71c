import { duration } from '../progress/progressBar';
import { displayText } from '../report/display';

/**
 * Ends a notebook: its answer, and the time since its kernel started, which after Run All is the time that the notebook takes.
 * CPU time is given too, since it does not depend on the machine's other load.
 *
 * @param answer Markdown.
 * @throws Error outside a notebook.
 */
export function displayAnswer(answer: string): void {
  const { user, system } = process.cpuUsage();
  displayText(`${answer}\n\n*From the start of the kernel to here: ${duration(process.uptime())}, with ${duration((user + system) / 1e6)} of processor time.*`);
}
