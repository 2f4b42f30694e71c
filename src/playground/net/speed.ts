/** Names of the speeds. */
export type Speed = 'slow' | 'steady' | 'fast' | 'fastest';

/** How fast steps are shown. */
export const SPEEDS: readonly { readonly id: Speed; readonly title: string; readonly perSecond: number }[] = [
  { id: 'slow', title: '5 steps a second', perSecond: 5 },
  { id: 'steady', title: '30 steps a second', perSecond: 30 },
  { id: 'fast', title: '150 steps a second', perSecond: 150 },
  { id: 'fastest', title: 'as fast as it goes', perSecond: Infinity },
];

/** Steps a second. */
export function perSecond(speed: Speed): number {
  return SPEEDS.find(({ id }) => id === speed)!.perSecond;
}
