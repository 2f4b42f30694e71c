import { join, relative } from 'node:path';
import { Command } from 'commander';
import { PROJECT_ROOT } from '../files/projectRoot';
import { reportProblem } from '../command/commandProblem';
import { executeNotebook, notebookNames } from '../jupyter/notebooks';
import { regenerateFigures, regenerateOwnFigures, regenerateOwnReport, regenerateReport } from './regenerate';


const EXAMPLES = `
Examples:
  npm run figures                     the figures of the laptop preset
  npm run report -- --preset quick    the tables of a quick run, below data/quick
  npm run notebooks                   all notebooks, on stored results`;

function program(): Command {
  const command = new Command().name('npm run').description('Make figures, report and notebooks again from stored results, without long training.').showHelpAfterError('(--help lists all options)').addHelpText('after', EXAMPLES);
  const preset = ['--preset <name>', 'quick (writes below data/quick), laptop, paper, or another preset', 'laptop'] as const;
  const own = ['--own', 'only of the work in data/own, into data/own', false] as const;
  command
    .command('figures')
    .description('draw the figures: SVG, PNG, JSON and interactive HTML')
    .option(...preset)
    .option(...own)
    .action(async (options: { readonly preset: string; readonly own: boolean }) => {
      const names = await (options.own ? regenerateOwnFigures(PROJECT_ROOT) : regenerateFigures(PROJECT_ROOT, options.preset));
      console.log(`Drew ${names.length} figures: ${names.join(', ')}.`);
    });
  command
    .command('report')
    .description('fill the tables of REPORT.md, README.md and docs; with --own, report and figures of your own work')
    .option(...preset)
    .option(...own)
    .action(async (options: { readonly preset: string; readonly own: boolean }) => {
      const files = options.own ? [await regenerateOwnReport(PROJECT_ROOT)] : await regenerateReport(PROJECT_ROOT, options.preset);
      console.log(`Wrote ${files.map((file) => relative(PROJECT_ROOT, file)).join(' and ')}.`);
    });
  command
    .command('notebooks')
    .description('run the notebooks again, in place; they read the stored results of the laptop preset and make short demonstrations')
    .action(async () => {
      for (const name of await notebookNames(PROJECT_ROOT)) {
        console.log(`Running notebooks/${name}.`);
        await executeNotebook(PROJECT_ROOT, name, '', join(PROJECT_ROOT, 'notebooks'));
      }
    });
  return command;
}

program().parseAsync().catch(reportProblem);
