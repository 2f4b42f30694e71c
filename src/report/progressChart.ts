import { finiteRange } from '../engine/finiteRange';
import { duration } from '../progress/progressBar';
import type { TrainingProgress } from '../train/progress';
import { COLOURS } from '../train/methods/colours';
import { escapeHtml } from './html';

/** Size of the picture, in pixels. */
const WIDTH = 720;
const HEIGHT = 250;
const BAR = { x: 16, y: 54, width: WIDTH - 32, height: 8 } as const;
const PANELS = { left: { x: 60, width: 280 }, right: { x: 420, width: 280 }, y: 84, height: 120 } as const;

/** Font size of the title, in pixels, if it fits. */
const TITLE_SIZE = 14;
/** Width of an average letter of bold Open Sans, as a part of the font's size. */
const LETTER = 0.58;

/** One line of text: epoch, step, loss, error and, until the run is done, images a second and time left. */
export function progressLine(progress: TrainingProgress): string {
  const { epoch, epochs, step, stepsPerEpoch, loss, error, imagesPerSecond, secondsLeft } = progress;
  // A saved notebook keeps the last line, which should be the same each time the same run is made.
  const pace = progressShare(progress) === 1 ? [] : [`${imagesPerSecond.toFixed(0)} images/s`, `${duration(secondsLeft)} left`];
  return [`epoch ${epoch}/${epochs}, step ${step}/${stepsPerEpoch}`, `loss ${loss.toFixed(3)}`, `error ${error.toFixed(1)} %`, ...pace].join(' · ');
}

/** Share of the run that is done, in [0, 1]. */
export function progressShare({ stepsTaken, totalSteps }: TrainingProgress): number {
  return stepsTaken / totalSteps;
}

/**
 * A running training as a small SVG: a bar, the line of `progressLine`, and loss and error by epoch.
 * It is written as text, for a browser would be too slow to draw it every second.
 */
export function progressChart(title: string, progress: TrainingProgress): string {
  const records = [...progress.history.map(({ epoch, trainLoss, trainTop1Error }) => ({ epoch, loss: trainLoss, error: trainTop1Error })), progress];
  const done = progressShare(progress);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="Open Sans, Arial, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="16" y="22" font-size="${round(Math.min(TITLE_SIZE, BAR.width / (LETTER * title.length)))}" font-weight="bold">${escapeHtml(title)}</text>`,
    `<text x="16" y="44">${escapeHtml(progressLine(progress))}</text>`,
    `<rect x="${BAR.x}" y="${BAR.y}" width="${BAR.width}" height="${BAR.height}" fill="#e5e5e5"/>`,
    `<rect x="${BAR.x}" y="${BAR.y}" width="${round(BAR.width * done)}" height="${BAR.height}" fill="${COLOURS.green}"/>`,
    panel(PANELS.left, 'Training loss, nats', COLOURS.blue, progress.epochs, records.map(({ epoch, loss }) => [epoch, loss])),
    panel(PANELS.right, 'Training error, %', COLOURS.vermilion, progress.epochs, records.map(({ epoch, error }) => [epoch, error])),
    '</svg>',
  ].join('');
}

/** A frame with a line in it; the vertical axis starts at 0. @param points [epoch, value] */
function panel(place: { readonly x: number; readonly width: number }, label: string, colour: string, epochs: number, points: readonly (readonly [number, number])[]): string {
  const top = Math.max(finiteRange(points.map(([, value]) => value))?.highest ?? 0, 1e-9);
  const x = (epoch: number): number => round(place.x + (place.width * epoch) / epochs);
  const y = (value: number): number => round(PANELS.y + PANELS.height * (1 - value / top));
  const bottom = PANELS.y + PANELS.height;
  const shown = points.filter(([, value]) => Number.isFinite(value));
  const last = shown.at(-1);
  return [
    `<rect x="${place.x}" y="${PANELS.y}" width="${place.width}" height="${PANELS.height}" fill="none" stroke="#222222"/>`,
    `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${shown.map(([epoch, value]) => `${x(epoch)},${y(value)}`).join(' ')}"/>`,
    last === undefined ? '' : `<circle cx="${x(last[0])}" cy="${y(last[1])}" r="3.5" fill="${colour}"/>`,
    `<text x="${place.x - 6}" y="${PANELS.y + 10}" text-anchor="end">${Number(top.toPrecision(3))}</text>`,
    `<text x="${place.x - 6}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${place.x}" y="${bottom + 16}" text-anchor="middle">0</text>`,
    `<text x="${place.x + place.width}" y="${bottom + 16}" text-anchor="middle">${epochs}</text>`,
    `<text x="${place.x + place.width / 2}" y="${bottom + 34}" text-anchor="middle">Epoch</text>`,
    `<text transform="translate(${place.x - 36} ${PANELS.y + PANELS.height / 2}) rotate(-90)" text-anchor="middle">${escapeHtml(label)}</text>`,
  ].join('');
}

/** Hundredths of a pixel are enough, and keep the text short. */
function round(pixels: number): number {
  return Math.round(pixels * 100) / 100;
}
