import type { Data } from 'plotly.js-dist';
import type { FederatedResult } from '../../federated/result';
import type { RoundRecord } from '../../federated/record';
import { figure } from './figure';
import type { FigureSpecification, FigureText } from './specification';
import { COLOURS } from '../../train/methods/colours';
import { axis, percentAxis } from './style';

const STYLES = [
  { color: COLOURS.blue, dash: 'solid' },
  { color: COLOURS.vermilion, dash: 'dash' },
  { color: COLOURS.green, dash: 'dot' },
] as const;

/** Runs of federated methods that differ only in method and seed. */
export interface FederatedRoundsInput extends FigureText {
  readonly methods: readonly { readonly name: string; readonly runs: readonly Pick<FederatedResult, 'history'>[] }[];
}

/** Held-out error of the server and drift of its clients by round, each a mean over runs; a round without a number in some run is a gap. */
export function federatedRounds({ methods, ...text }: FederatedRoundsInput): FigureSpecification {
  const data = methods.flatMap(({ name, runs }, index): Data[] => {
    const rounds = runs[0]?.history.map(({ round }) => round) ?? [];
    const line = { ...STYLES[index % STYLES.length]!, width: 2 };
    const shared = { type: 'scatter', mode: 'lines+markers', name, x: rounds, line } as const;
    return rounds.length === 0
      ? []
      : [
          { ...shared, y: means(runs, ({ heldOut }) => heldOut?.top1Error) },
          { ...shared, xaxis: 'x2', yaxis: 'y2', showlegend: false, y: means(runs, ({ clients }) => clients?.clientDrift) },
        ];
  });
  return figure(text, data, {
    xaxis: axis('Round', { domain: [0, 0.45] }),
    yaxis: percentAxis('Top-1 error on held-out images, %', { rangemode: 'normal' }),
    xaxis2: axis('Round', { domain: [0.57, 1], anchor: 'y2' }),
    yaxis2: axis('Drift of the clients, 2-norm of weights', { anchor: 'x2', rangemode: 'tozero' }),
  });
}

function means(runs: FederatedRoundsInput['methods'][number]['runs'], choose: (record: RoundRecord) => number | undefined): (number | null)[] {
  return runs[0]!.history.map((_, round) => {
    const values = runs.map(({ history }) => (history[round] ? choose(history[round]) : undefined));
    return values.every((value) => value !== undefined) ? values.reduce((sum, value) => sum + value, 0) / values.length : null;
  });
}
