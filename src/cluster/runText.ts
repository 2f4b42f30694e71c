import type { RunResult } from '../experiment/result';
import type { RunStep } from './runMessage';

/** "45 s", "12 min 5 s" or "3 h 5 min". */
export function durationText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.ceil(seconds)} s`;
}

/** Where a run stands, in one line. */
export function stepText({ epoch, epochs, loss, error, imagesPerSecond, secondsLeft }: RunStep): string {
  return `  epoch ${epoch}/${epochs}  loss ${loss.toFixed(3)}  error ${error.toFixed(1)} %  ${imagesPerSecond.toFixed(0)} images/s  ${durationText(secondsLeft)} left`;
}

/** What came of a run, in one line. */
export function resultText({ status, divergence, final, seconds, data, config }: RunResult): string {
  const place = config.evaluateOn === 'test' ? 'test' : 'held-out';
  const errors = final === null ? '' : `${place} error ${final.top1Error.toFixed(2)} %, top-5 ${final.top5Error.toFixed(2)} %`;
  const source = data.synthetic ? ` on ${data.name} (embedded synthetic images)` : '';
  return status === 'diverged' ? `diverged: ${divergence ?? ''}` : `${errors}${source}, ${durationText(seconds)}`;
}
