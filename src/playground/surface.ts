/// <reference lib="dom" />
import { sampleGrid } from '../planar/planarLoss';
import type { Landscape } from './losses';
import { methodOf } from './methods';
import { cssColour, PALETTES } from './palette';
import { loadPlotly, PLOTLY_FILE, PLOTLY_SETTINGS, type Plotly } from './plotly';
import { shownPoint, type Scene, type View } from './scene';
import { heightsOf } from './shading';
import type { MethodRun } from './simulate';

/** Where the eye is, in plotly's units; the surface lies around the origin. */
interface Eye {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const GRID_POINTS = 91;
/** Between two redrawings while a run is played, in milliseconds. */
const PAUSE = 120;
const FIRST_EYE: Eye = { x: 0.5, y: -1.65, z: 1.4 };
/** How far an arrow key turns the surface, in radians, and by what factor a key zooms. */
const TURN = Math.PI / 36;
const ZOOM = 1.1;
const TILTS = { least: 0.1, most: 1.5 } as const;

/** The loss as a surface that can be turned, with every run on it. It appears when plotly's script has been read. */
export function createSurface(root: HTMLElement, note: HTMLElement): View {
  let scene: Scene | undefined;
  let plotly: Plotly | undefined;
  let waiting = false;

  const draw = (): void => {
    waiting = false;
    if (plotly !== undefined && scene !== undefined) {
      note.remove();
      void plotly.react(root, traces(scene), layout(scene), { ...PLOTLY_SETTINGS, responsive: true });
    }
  };
  const drawSoon = (): void => {
    if (!waiting) {
      waiting = true;
      setTimeout(draw, PAUSE);
    }
  };
  loadPlotly().then(
    (loaded) => {
      plotly = loaded;
      drawSoon();
    },
    () => (note.textContent = `The surface needs the file ${PLOTLY_FILE} beside this page.`),
  );
  root.addEventListener('keydown', (event) => {
    const moved = moveEye(eyeOf(root), event.key);
    if (moved !== undefined && plotly !== undefined) {
      event.preventDefault();
      void plotly.relayout(root, { 'scene.camera.eye': moved });
    }
  });
  return (next) => {
    scene = next;
    drawSoon();
  };
}

/** plotly keeps the eye on the element that it draws in. */
function eyeOf(root: HTMLElement): Eye {
  const { layout } = root as HTMLElement & { readonly layout?: { readonly scene?: { readonly camera?: { readonly eye?: Eye } } } };
  return layout?.scene?.camera?.eye ?? FIRST_EYE;
}

/** Where a key moves the eye; undefined for other keys. */
export function moveEye({ x, y, z }: Eye, key: string): Eye | undefined {
  const distance = Math.hypot(x, y, z);
  const [turn, tilt] = [Math.atan2(y, x), Math.asin(z / distance)];
  const from = (newTurn: number, newTilt: number, newDistance: number): Eye => {
    const height = Math.min(Math.max(newTilt, TILTS.least), TILTS.most);
    return { x: newDistance * Math.cos(height) * Math.cos(newTurn), y: newDistance * Math.cos(height) * Math.sin(newTurn), z: newDistance * Math.sin(height) };
  };
  switch (key) {
    case 'ArrowLeft':
      return from(turn - TURN, tilt, distance);
    case 'ArrowRight':
      return from(turn + TURN, tilt, distance);
    case 'ArrowUp':
      return from(turn, tilt + TURN, distance);
    case 'ArrowDown':
      return from(turn, tilt - TURN, distance);
    case '+':
    case '=':
      return from(turn, tilt, distance / ZOOM);
    case '-':
      return from(turn, tilt, distance * ZOOM);
    default:
      return undefined;
  }
}

/** A landscape as plotly draws it. */
interface Ground {
  readonly landscape: Landscape;
  readonly trace: object;
  readonly lowest: number;
  readonly highest: number;
}

let sampled: Ground | undefined;

/** Samples a landscape; the one drawn last is kept. */
function ground(landscape: Landscape): Ground {
  if (sampled?.landscape !== landscape) {
    const { lowest, highest } = heightsOf(landscape);
    const { x, y, z } = sampleGrid(landscape.planar, landscape.xRange, landscape.yRange, GRID_POINTS);
    // Colours follow the same shares of the height as on the map.
    const surfacecolor = z.map((row) => row.map((value) => Math.max((value - lowest) / (highest - lowest), 0) ** landscape.exponent));
    const trace = { type: 'surface', x, y, z, surfacecolor, cmin: 0, cmax: 1, showscale: false, hoverinfo: 'skip' };
    sampled = { landscape, trace, lowest, highest };
  }
  return sampled;
}

function traces({ landscape, runs, state, theme }: Scene): readonly object[] {
  const { ramp, contour, ink } = PALETTES[theme];
  const { trace, lowest, highest } = ground(landscape);
  // Lifted, since a path exactly on the surface would flicker.
  const lift = 0.012 * (highest - lowest);
  const colorscale = ramp.map((colour, index) => [index / (ramp.length - 1), cssColour(colour)]);
  const contours = { z: { show: true, color: cssColour(contour), width: 1, start: lowest, end: highest, size: (highest - lowest) / 18 } };
  const surface = { ...trace, colorscale, contours, lighting: { ambient: 0.8, diffuse: 0.35, specular: 0.05, roughness: 0.9 } };
  const inside = ({ x, y }: { readonly x: number; readonly y: number }): boolean =>
    x >= landscape.xRange[0] && x <= landscape.xRange[1] && y >= landscape.yRange[0] && y <= landscape.yRange[1];
  const line = (points: readonly { readonly x: number; readonly y: number }[], style: object): object => {
    // There is no surface outside the window: the line is interrupted there.
    const z = points.map((point) => (inside(point) ? landscape.planar.loss(point.x, point.y) + lift : null));
    return { type: 'scatter3d', showlegend: false, hoverinfo: 'skip', x: points.map(({ x }) => x), y: points.map(({ y }) => y), z, ...style };
  };
  return [surface, ...runs.flatMap((run) => runTraces(run, shownPoint(run, state.at), theme, ink, line))];
}

function runTraces(run: MethodRun, here: number, theme: Scene['theme'], ink: string, line: (points: readonly { readonly x: number; readonly y: number }[], style: object) => object): readonly object[] {
  const { colour, surface } = methodOf(run.method).look;
  const probes = run.probes[here]!.map(([x, y]) => ({ x, y }));
  const point = run.points[here]!;
  return [
    line(run.points.slice(0, here + 1), { mode: 'lines', line: { color: colour[theme], width: 6, dash: surface.dash } }),
    line([point, ...probes], { mode: 'lines', line: { color: ink, width: 4 } }),
    line([point], { mode: 'markers', marker: { color: colour[theme], size: 6, symbol: surface.symbol, line: { color: ink, width: 1 } } }),
  ];
}

function layout({ landscape, theme }: Scene): object {
  const { ink, faint, ramp } = PALETTES[theme];
  const axis = (title: string): object => ({ title: { text: title, font: { size: 12 } }, color: ink, tickfont: { size: 10, color: faint }, gridcolor: cssColour(ramp[1]!), showline: true, linecolor: faint, zeroline: false, nticks: 5, showspikes: false });
  return {
    autosize: true,
    // Keeps the eye where the reader moved it.
    uirevision: landscape.id,
    paper_bgcolor: 'rgba(0, 0, 0, 0)',
    margin: { l: 0, r: 0, t: 0, b: 0 },
    scene: {
      xaxis: axis('w₁'),
      yaxis: axis('w₂'),
      zaxis: axis('loss'),
      aspectmode: 'manual',
      aspectratio: { x: 1.2, y: 0.88, z: 0.56 },
      camera: { eye: FIRST_EYE, center: { x: 0, y: 0, z: -0.14 } },
    },
  };
}
