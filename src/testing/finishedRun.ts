/** Fields of a made-up result that its test does not depend on. */
export const FINISHED_RUN = {
  preset: 'none',
  status: 'finished',
  history: [],
  final: { loss: 1, top1Error: 50, top5Error: 5 },
  seconds: 1,
  gradientEvaluations: 1,
  environment: { samlab: '0', node: 'v20', tensorflow: '2', processor: 'p', gpu: null, threads: 2, commit: null },
  finishedAt: '2026-01-01T00:00:00Z',
} as const;
