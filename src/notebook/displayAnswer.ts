import { duration } from '../progress/progressBar';
import { displayText } from '../report/display';

/**
 * Ends a notebook: its answer, and the time since its kernel started, which after Run All is the time that the notebook takes.
 * Processor time is told too, for it does not depend on what else the machine is doing.
 *
 * @param answer Markdown.
 * @throws Error outside a notebook.
 */
export function displayAnswer(answer: string): void {
  const { user, system } = process.cpuUsage();
  displayText(`${answer}\n\n*From the start of the kernel to here: ${duration(process.uptime())}, with ${duration((user + system) / 1e6)} of processor time.*`);
}
