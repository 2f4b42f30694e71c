import { SingleBar } from 'cli-progress';
import { withFlagNames } from '../experiment/commandLine';
import { experimentFolders } from '../experiment/folders';
import { varyingSettings } from '../experiment/idleSettings';
import { resultFile, runId } from '../experiment/store';
import { shownPath } from '../command/shownPath';
import type { GridPlan, PlannedRun } from './gridPlan';
import type { RunHereOptions, RunOutcome } from './runHere';
import type { RunStep } from './runMessage';
import { durationText, resultText, stepText } from './runText';

/** Shows one run as a bar in a terminal, and as a line an epoch where the output is a file. */
class ProgressLine {
  private readonly bar = new SingleBar({
    format: '  {bar} epoch {epoch}/{epochs}  loss {loss}  error {error} %  {rate} images/s  {left} left',
    noTTYOutput: false,
    hideCursor: true,
  });
  private shown = false;

  update(progress: RunStep): void {
    const { epoch, epochs, step, stepsPerEpoch, stepsTaken, totalSteps, loss, error, imagesPerSecond, secondsLeft } = progress;
    if (process.stderr.isTTY) {
      const values = { epoch, epochs, loss: loss.toFixed(3), error: error.toFixed(1), rate: imagesPerSecond.toFixed(0), left: durationText(secondsLeft) };
      if (!this.shown) {
        this.bar.start(totalSteps, 0, values);
        this.shown = true;
      }
      this.bar.update(stepsTaken, values);
    } else if (step === stepsPerEpoch) {
      console.log(stepText(progress));
    }
  }

  end(): void {
    if (this.shown) {
      this.bar.stop();
      this.shown = false;
    }
  }
}

/** What became of a run, in one line. */
export function outcomeText({ run, attempt }: RunOutcome, store: string): string {
  const landed = 'result' in attempt ? shownPath(resultFile(experimentFolders(run.kind, store).results, attempt.result.config)) : '';
  switch (attempt.kind) {
    case 'done':
      return `${resultText(attempt.result)}; stored in ${landed}`;
    case 'stored':
      return `stored already; --again repeats it: ${resultText(attempt.result)}; ${landed}`;
    case 'stopped':
      return 'stopped; the same command resumes from there';
    case 'held':
      return `left to ${attempt.by}, which makes it`;
    case 'failed':
    case 'killed':
      // Messages name the settings of a single run as flags, and those of a grid as in its file.
      return `failed: ${run.preset === 'none' ? withFlagNames(attempt.message) : attempt.message}`;
  }
}

/** Shows a grid's runs in the terminal: a bar where one runs at a time, a line at the start and end of each where several do. */
export function terminalReport({ trials, runs }: GridPlan, { store, jobs }: { readonly store: string; readonly jobs: number }): Pick<RunHereOptions, 'onStart' | 'onStep' | 'onEnd'> {
  const line = new ProgressLine();
  const all = [...trials, ...runs];
  const varying = varyingSettings(all.map(({ config }) => config));
  const nameOf = ({ config }: PlannedRun): string => `${runId(config)}  ${varying(config)}`.trimEnd();
  let started = 0;
  return {
    onStart: (run: PlannedRun) => console.log(`[${++started}/${all.length}] ${nameOf(run)}`),
    onStep: (_, step) => {
      if (jobs === 1) {
        line.update(step);
      }
    },
    onEnd: (outcome) => {
      line.end();
      console.log(jobs === 1 ? `  ${outcomeText(outcome, store)}` : `${nameOf(outcome.run)}: ${outcomeText(outcome, store)}`);
    },
  };
}
