import type { LandscapeStudy, StudiedNet } from './landscapeStudies';
import { describeModel } from './recipe';
import { recordsToMarkdown } from './recordTable';

/** What the largest eigenvalues and the trace of a network's Hessian took, as text. */
interface CostRow {
  readonly network: string;
  readonly images: string;
  readonly eigenvalues: string;
  readonly trace: string;
  readonly together: string;
  readonly machine: string;
}

const HEADINGS = {
  network: 'Network', images: 'Images', eigenvalues: 'Largest eigenvalues', trace: 'Trace, given those', together: 'Together, minutes', machine: 'Machine',
} as const;

/** ResNet-50, five eigenvalues and the trace to 5 % on so many images... */
const GOAL_IMAGES = 1000;
/** ...in less than so many minutes on two cores. */
const GOAL_MINUTES = 25;

function minutesOf(seconds: number): string {
  return (seconds / 60).toFixed(1);
}

/** Seconds of both; undefined where one was not timed, or the trace was not estimated with the eigenvectors. */
function secondsOf({ eigenvalues, trace }: StudiedNet): number | undefined {
  return eigenvalues?.seconds === undefined || trace?.seconds === undefined || trace.eigenvectors === undefined ? undefined : eigenvalues.seconds + trace.seconds;
}

function row({ settings, data }: LandscapeStudy, net: StudiedNet): CostRow[] {
  const { eigenvalues, trace, label } = net;
  const seconds = secondsOf(net);
  if (seconds === undefined) {
    return [];
  }
  const { processor, gpu, threads } = trace!.environment!;
  return [{
    network: `${describeModel(settings)}, ${label}, seed ${/-seed-(\d+)-/.exec(net.weights)?.[1] ?? '–'}`,
    images: data.probedImages.toLocaleString('en-US'),
    eigenvalues: `${eigenvalues!.eigenvalues.length}, ${eigenvalues!.products} products, ${minutesOf(eigenvalues!.seconds!)} min`,
    trace: `± ${((100 * trace!.standardError) / Math.abs(trace!.trace)).toFixed(1)} %, ${trace!.products} products, ${minutesOf(trace!.seconds!)} min`,
    together: minutesOf(seconds),
    machine: gpu ?? `${processor}, ${threads} threads`,
  }];
}

function goal(studies: readonly LandscapeStudy[]): string {
  const minutes = studies
    .filter(({ settings, data }) => settings.model === 'resnet50' && data.probedImages === GOAL_IMAGES)
    .flatMap(({ nets }) => nets.flatMap((net) => (net.trace?.converged === true && net.eigenvalues?.converged === true ? (secondsOf(net) ?? []) : [])))
    .map((seconds) => seconds / 60);
  const asked = `Goal: five eigenvalues and the trace to 5 % of ResNet-50 on ${GOAL_IMAGES.toLocaleString('en-US')} images in less than ${GOAL_MINUTES} minutes on two cores`;
  return minutes.length === 0 ? `${asked}: not run.` : `${asked}: ${Math.max(...minutes) < GOAL_MINUTES ? 'met' : '**not met**'}, ${minutes.map((one) => one.toFixed(1)).join(' and ')} minutes.`;
}

/** What curvature costs, from the studies that stored their times, with the goal, in GitHub's Markdown. */
export function curvatureCostMarkdown(studies: readonly LandscapeStudy[]): string {
  const rows = studies.flatMap((study) => study.nets.flatMap((net) => row(study, net)));
  const table = rows.length === 0 ? [] : [recordsToMarkdown('Curvature of trained networks, exact products, batch norm frozen', rows, HEADINGS)];
  return [...table, goal(studies)].join('\n\n');
}
