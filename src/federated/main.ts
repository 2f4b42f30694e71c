import { SingleBar } from 'cli-progress';
import { Command, InvalidArgumentError, Option } from 'commander';
import { announceSynthetic } from '../data/syntheticNotice';
import { reportProblem } from '../command/commandProblem';
import { shownPath } from '../command/shownPath';
import { stopRequest } from '../command/stopRequest';
import { federatedPresetConfigs, FEDERATED_PRESETS, findFederatedPreset, type FederatedPreset } from './presets';
import type { FederatedProgress } from './record';
import type { FederatedResult } from './result';
import { federatedFolders, runFederated } from './run';
import { FEDERATED_METHODS, type FederatedConfig } from './settings';
import { federatedId, federatedResultFile, findFederatedResult } from './store';

/** What the command line asks for. */
interface Request {
  readonly preset: string;
  readonly method?: string;
  readonly seed?: number;
  readonly again: boolean;
  readonly dryRun: boolean;
}

function parseSeed(text: string): number {
  const seed = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(seed)) {
    throw new InvalidArgumentError(`expected a whole number, got "${text}".`);
  }
  return seed;
}

const EXAMPLES = `
Examples:
  npm run federated                                          the quick preset
  npm run federated -- --preset small-real --dry-run       which runs another one has
  npm run federated -- --preset small-real --method fedsam --seed 0`;

function parseArguments(words: readonly string[]): Request {
  const presets = FEDERATED_PRESETS.map(({ name, description }) => `  ${name.padEnd(12)} ${description}`);
  return new Command('npm run federated --')
    .description('Federated runs: FedAvg, FedSAM and MoFedSAM on simulated clients. Stored runs are not run again; interrupted ones are resumed.')
    .option('--preset <name>', 'which runs', 'quick')
    .addOption(new Option('--method <name>', 'only this method').choices(FEDERATED_METHODS))
    .option('--seed <number>', 'only this seed of the preset', parseSeed)
    .option('--again', 'run again what is already stored', false)
    .option('--dry-run', 'list the runs without making any', false)
    .addHelpText('after', [EXAMPLES, '', 'Presets:', ...presets].join('\n'))
    .showHelpAfterError('(--help lists all options)')
    .parse(words, { from: 'user' })
    .opts<Request>();
}

/** Shows one run as a bar in a terminal, and as a line a client where the output is a file. */
class ProgressLine {
  private readonly bar = new SingleBar({ format: '  {bar} round {round}  client {client}  loss {loss}  error {error} %  {rate} images/s  {left} s left', hideCursor: true });
  private shown = false;
  private client = '';

  update({ round, rounds, client, clients, step, steps, loss, error, imagesPerSecond, secondsLeft }: FederatedProgress): void {
    const values = {
      round: `${round}/${rounds}`,
      client: `${client}/${clients}`,
      loss: loss.toFixed(3),
      error: error.toFixed(1),
      rate: imagesPerSecond.toFixed(0),
      left: secondsLeft.toFixed(0),
    };
    if (process.stderr.isTTY) {
      if (!this.shown) {
        this.bar.start(steps, 0, values);
        this.shown = true;
      }
      this.bar.update(step, values);
    } else if (`${values.round} ${values.client}` !== this.client) {
      this.client = `${values.round} ${values.client}`;
      console.log(`  round ${values.round}  client ${values.client}  loss ${values.loss}  error ${values.error} %  ${values.rate} images/s  ${values.left} s left`);
    }
  }

  end(): void {
    if (this.shown) {
      this.bar.stop();
      this.shown = false;
    }
  }
}

function describeResult({ data, divergence, final, seconds }: FederatedResult): string {
  const source = data.synthetic ? ' (embedded synthetic images)' : '';
  return final === null ? `  diverged: ${divergence ?? ''}` : `  test error ${final.top1Error.toFixed(2)} % on ${data.name}${source}, ${seconds.toFixed(0)} s`;
}

async function main(): Promise<void> {
  const request = parseArguments(process.argv.slice(2));
  const preset = findFederatedPreset(request.preset);
  const wanted = federatedPresetConfigs(preset).filter(({ method, seed }) => method === (request.method ?? method) && seed === (request.seed ?? seed));
  if (wanted.length === 0) {
    throw new RangeError(`--seed: no run of ${preset.name} has ${request.seed ?? 'it'}; its seeds are ${preset.seeds.join(', ')}.`);
  }
  if (request.dryRun) {
    wanted.forEach((config) => console.log(federatedId(config)));
    return;
  }
  const signal = stopRequest();
  const failed: string[] = [];
  for (const [index, config] of wanted.entries()) {
    console.log(`[${index + 1}/${wanted.length}] ${federatedId(config)}`);
    try {
      if (!(await makeOne(config, preset, request.again, signal))) {
        process.exitCode = 130;
        return;
      }
    } catch (error) {
      // The other runs do not depend on it.
      reportProblem(error);
      failed.push(federatedId(config));
    }
  }
  if (failed.length > 0 && wanted.length > 1) {
    console.error(`${failed.length} of ${wanted.length} runs failed, for the reasons above; the same command tries them again: ${failed.join(', ')}.`);
  }
}

/** Makes a run, or finds it stored, and reports it. @returns whether it has a result. */
async function makeOne(config: FederatedConfig, preset: FederatedPreset, again: boolean, signal: AbortSignal): Promise<boolean> {
  const folders = federatedFolders(preset.quick ? 'quick' : 'real');
  const stored = again ? undefined : await findFederatedResult(folders.results, config);
  const line = new ProgressLine();
  const result = await runFederated(config, {
    preset: preset.name,
    folders,
    again,
    signal,
    onProgress: (progress) => line.update(progress),
    onSynthetic: announceSynthetic,
  }).finally(() => line.end());
  if (result === undefined) {
    return false;
  }
  const file = shownPath(federatedResultFile(folders.results, config));
  console.log(result.finishedAt === stored?.finishedAt ? `  stored already; --again repeats it:${describeResult(result).slice(1)}; ${file}` : `${describeResult(result)}; stored in ${file}`);
  return true;
}

main().catch(reportProblem);
