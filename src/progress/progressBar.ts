/** Size of the bar's picture, in pixels. */
const WIDTH = 720;
const HEIGHT = 64;
const BAR = { x: 16, y: 46, width: WIDTH - 32, height: 8 } as const;
/** Of the bar itself: the green of the figures. */
const COLOUR = '#009e73';

/** "45 s", "12 min" or "3 h 05 min". */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 90) {
    return `${Math.round(seconds)} s`;
  }
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** A bar with a title and a line of text as SVG. @param share of the work that is done, in [0, 1]. */
export function progressBar(title: string, text: string, share: number): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${HEIGHT}" viewBox="0 0 ${WIDTH} ${HEIGHT}" style="max-width:100%" font-family="Open Sans, Arial, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    `<text x="16" y="18" font-size="14" font-weight="bold">${escaped(title)}</text>`,
    `<text x="16" y="36">${escaped(text)}</text>`,
    `<rect x="${BAR.x}" y="${BAR.y}" width="${BAR.width}" height="${BAR.height}" fill="#e5e5e5"/>`,
    `<rect x="${BAR.x}" y="${BAR.y}" width="${Math.round(BAR.width * Math.min(1, share))}" height="${BAR.height}" fill="${COLOUR}"/>`,
    '</svg>',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
