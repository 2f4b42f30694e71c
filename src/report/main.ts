import { join, relative } from 'node:path';
import { Command } from 'commander';
import { reportProblem } from '../train/commandProblem';
import { executeNotebook, notebookNames } from './notebooks';
import { regenerateFigures, regenerateOwnFigures, regenerateOwnReport, regenerateReport } from './regenerate';

const ROOT = join(__dirname, '..', '..');

const EXAMPLES = `
Examples:
  npm run figures                     the figures of the laptop preset
  npm run report -- --preset quick    the tables of a quick run, below data/quick
  npm run notebooks                   all notebooks, on stored results`;

function program(): Command {
  const command = new Command().name('npm run').description('Make figures, report and notebooks again from stored results. Nothing is trained for long.').showHelpAfterError('(--help lists all options)').addHelpText('after', EXAMPLES);
  const preset = ['--preset <name>', 'quick (writes below data/quick), laptop, paper, or another preset', 'laptop'] as const;
  const own = ['--own', 'of the work in data/own alone, into data/own', false] as const;
  command
    .command('figures')
    .description('draw the figures: SVG, PNG, JSON and interactive HTML')
    .option(...preset)
    .option(...own)
    .action(async (options: { readonly preset: string; readonly own: boolean }) => {
      const names = await (options.own ? regenerateOwnFigures(ROOT) : regenerateFigures(ROOT, options.preset));
      console.log(`Drew ${names.length} figures: ${names.join(', ')}.`);
    });
  command
    .command('report')
    .description('fill the tables of REPORT.md, README.md and docs/benchmarks.md; with --own, report and figures of your own work')
    .option(...preset)
    .option(...own)
    .action(async (options: { readonly preset: string; readonly own: boolean }) => {
      const files = options.own ? [await regenerateOwnReport(ROOT)] : await regenerateReport(ROOT, options.preset);
      console.log(`Wrote ${files.map((file) => relative(ROOT, file)).join(' and ')}.`);
    });
  command
    .command('notebooks')
    .description('run the notebooks again, in place; they read the stored results of the laptop preset and make short demonstrations')
    .action(async () => {
      for (const name of await notebookNames(ROOT)) {
        console.log(`Running notebooks/${name}.`);
        await executeNotebook(ROOT, name, '', join(ROOT, 'notebooks'));
      }
    });
  return command;
}

program().parseAsync().catch(reportProblem);
