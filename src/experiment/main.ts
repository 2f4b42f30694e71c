import { SingleBar } from 'cli-progress';
import type { TrainingProgress } from '../train/progress';
import { parseExperimentArguments, type ExperimentRequest } from './commandLine';
import type { ExperimentConfig } from './config';
import { DEFAULT_CONFIG } from './presets';
import type { RunResult } from './result';
import { experimentFolders, runExperiment } from './run';
import { planPreset, runPreset } from './runPreset';
import { validateConfig } from './schema';
import { runId } from './store';

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes >= 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : minutes > 0 ? `${minutes} min ${Math.floor(seconds % 60)} s` : `${Math.ceil(seconds)} s`;
}

/** Shows one run as a bar in a terminal, and as a line an epoch where the output is a file. */
class ProgressLine {
  private readonly bar = new SingleBar({
    format: '  {bar} epoch {epoch}/{epochs}  loss {loss}  error {error} %  {rate} images/s  {left} left',
    noTTYOutput: false,
    hideCursor: true,
  });
  private shown = false;

  update({ epoch, epochs, step, stepsPerEpoch, loss, error, imagesPerSecond, secondsLeft }: TrainingProgress): void {
    const values = { epoch, epochs, loss: loss.toFixed(3), error: error.toFixed(1), rate: imagesPerSecond.toFixed(0), left: duration(secondsLeft) };
    if (process.stderr.isTTY) {
      if (!this.shown) {
        this.bar.start(epochs * stepsPerEpoch, 0, values);
        this.shown = true;
      }
      this.bar.update((epoch - 1) * stepsPerEpoch + step, values);
    } else if (step === stepsPerEpoch) {
      console.log(`  epoch ${epoch}/${epochs}  loss ${values.loss}  error ${values.error} %  ${values.rate} images/s  ${values.left} left`);
    }
  }

  end(): void {
    if (this.shown) {
      this.bar.stop();
      this.shown = false;
    }
  }
}

function describeResult({ status, divergence, final, seconds, data, config }: RunResult): string {
  const place = config.evaluateOn === 'test' ? 'test' : 'held-out';
  const errors = final === null ? '' : `${place} error ${final.top1Error.toFixed(2)} %, top-5 ${final.top5Error.toFixed(2)} %`;
  const source = data.synthetic ? ` on ${data.name} (embedded synthetic images)` : '';
  return status === 'diverged' ? `  diverged: ${divergence ?? ''}` : `  ${errors}${source}, ${duration(seconds)}`;
}

/** The first interrupt asks for a checkpoint and an orderly end, the second ends at once. */
function stopFlag(): () => boolean {
  let stopping = false;
  const ask = (): void => {
    if (stopping) {
      process.exit(130);
    }
    stopping = true;
    console.error('\nStopping after this step; the same command goes on from there.');
  };
  process.on('SIGINT', ask);
  process.on('SIGTERM', ask);
  return () => stopping;
}

async function execute(request: ExperimentRequest): Promise<void> {
  const line = new ProgressLine();
  const shouldStop = stopFlag();
  const options = {
    again: request.again,
    shouldStop,
    onProgress: (progress: TrainingProgress) => line.update(progress),
    onStart: (config: ExperimentConfig, run: number, runs: number) => console.log(`[${run}/${runs}] ${runId(config)}`),
    onEnd: (result: RunResult) => {
      line.end();
      console.log(describeResult(result));
    },
  };
  try {
    if (request.preset === undefined) {
      const config = validateConfig({ ...DEFAULT_CONFIG, ...request.settings });
      options.onStart(config, 1, 1);
      const result = await runExperiment(config, { ...options, preset: 'none', folders: experimentFolders(request.allowSynthetic ? 'quick' : 'real') });
      if (result !== undefined) {
        options.onEnd(result);
      }
    } else {
      await runPreset(request.preset, { ...options, only: (config) => matches(config, request.settings) });
    }
  } finally {
    line.end();
  }
  if (shouldStop()) {
    process.exitCode = 130;
  }
}

function matches(config: ExperimentConfig, wanted: Partial<ExperimentConfig>): boolean {
  return Object.entries(wanted).every(([key, value]) => config[key as keyof ExperimentConfig] === value);
}

async function main(): Promise<void> {
  const request = parseExperimentArguments(process.argv.slice(2));
  if (!request.dryRun) {
    return execute(request);
  }
  const configs =
    request.preset === undefined
      ? [validateConfig({ ...DEFAULT_CONFIG, ...request.settings })]
      : planPreset(request.preset).filter((config) => matches(config, request.settings));
  configs.forEach((config) => console.log(runId(config)));
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
