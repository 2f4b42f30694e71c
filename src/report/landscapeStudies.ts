import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SecantCurvature } from '../landscape/curvature/secantCurvature';
import type { SpectralDensity } from '../landscape/curvature/spectralDensity';
import type { TopEigenvalues } from '../landscape/curvature/topEigenvalues';
import type { TraceEstimate } from '../landscape/curvature/trace';
import type { LayerSimilarity } from '../landscape/similarity/layerSimilarity';
import type { MinimaRecord } from '../landscape/study/minima';
import { labelName, type StudyRecord } from '../landscape/study/settings';
import type { Timed } from '../landscape/study/study';
import type { StudySharpness } from '../landscape/study/sharpness';
import type { StudyLoss } from '../landscape/study/eigenvectors';
import type { TrajectoryRecord } from '../landscape/study/trajectory';
import { readSamples, samplesDone, type Samples } from '../landscape/surface/store';

/** The stored measurements of one network of a study; those that were not made, or not finished, are absent. */
export interface StudiedNet {
  readonly label: string;
  readonly weights: string;
  readonly slice?: Samples;
  readonly plane?: Samples;
  readonly eigenvectorPlane?: Samples;
  readonly eigenvalues?: Timed<TopEigenvalues>;
  /** Along the first eigenvector, over rho and over 2 rho. */
  readonly secant?: SecantCurvature;
  readonly secantTwiceRho?: SecantCurvature;
  /** On the probed images. */
  readonly loss?: StudyLoss;
  readonly trace?: Timed<TraceEstimate>;
  readonly density?: SpectralDensity;
  readonly sharpness?: StudySharpness;
}

/** A stored study of two networks. */
export interface LandscapeStudy extends StudyRecord {
  /** Of its folder. */
  readonly name: string;
  readonly nets: readonly [StudiedNet, StudiedNet];
  readonly interpolation?: Samples;
  readonly curve?: Samples;
  readonly similarity?: LayerSimilarity;
}

/** A stored training path on its principal plane. */
export interface LandscapePath extends TrajectoryRecord {
  readonly name: string;
  readonly plane: Samples;
}

/** Three stored minima on the plane through them. */
export interface LandscapeMinima extends MinimaRecord {
  readonly name: string;
  readonly plane: Samples;
}

/** All stored studies, in the order of their names. @param folder such as data/results/landscape. @param only if given, the names of those that are wanted. @throws Error if a file is damaged or of another version. */
export async function readStudies(folder: string, only?: readonly string[]): Promise<readonly LandscapeStudy[]> {
  const names = await studyFolders(folder, only, (name) => existsSync(join(folder, name, 'study.json')));
  return Promise.all(names.map((name) => readStudy(folder, name)));
}

/** All stored training paths, in the order of their names. @param only as for `readStudies`. @throws Error if a file is damaged or of another version. */
export async function readPaths(folder: string, only?: readonly string[]): Promise<readonly LandscapePath[]> {
  const names = await studyFolders(folder, only, (name) => existsSync(join(folder, name, `${name}.json`)));
  return Promise.all(
    names.map(async (name) => ({ name, plane: readSamples(join(folder, name, `${name}-plane.json`)), ...((await readJson(join(folder, name, `${name}.json`))) as TrajectoryRecord) })),
  );
}

/** All stored planes of three minima, in the order of their names. @param only as for `readStudies`. @throws Error if a file is damaged or of another version. */
export async function readMinima(folder: string, only?: readonly string[]): Promise<readonly LandscapeMinima[]> {
  const names = await studyFolders(folder, only, (name) => existsSync(join(folder, name, 'minima.json')));
  return Promise.all(
    names.map(async (name) => ({ name, plane: readSamples(join(folder, name, `${name}-plane.json`)), ...((await readJson(join(folder, name, 'minima.json'))) as MinimaRecord) })),
  );
}

async function studyFolders(folder: string, only: readonly string[] | undefined, holds: (name: string) => boolean): Promise<readonly string[]> {
  const entries = existsSync(folder) ? await readdir(folder) : [];
  return entries.filter((name) => (only?.includes(name) ?? true) && holds(name)).sort();
}

async function readStudy(folder: string, name: string): Promise<LandscapeStudy> {
  const file = (part: string): string => join(folder, name, `${part}.json`);
  const record = (await readJson(file('study'))) as StudyRecord;
  const nets = await Promise.all(record.settings.labels.map((label, index) => readNet(file, label, record.settings.weights[index]!)));
  return {
    name,
    ...record,
    nets: nets as unknown as LandscapeStudy['nets'],
    ...present({
      interpolation: finished(file('interpolation')),
      curve: finished(file('curve')),
      similarity: (await readIfThere(file('similarity'))) as LayerSimilarity | undefined,
    }),
  };
}

async function readNet(file: (part: string) => string, label: string, weights: string): Promise<StudiedNet> {
  const of = (part: string): string => file(`${part}-${labelName(label)}`);
  return {
    label,
    weights,
    ...present({
      slice: finished(of('slice')),
      plane: finished(of('plane')),
      eigenvectorPlane: finished(of('eigenvector-plane')),
      eigenvalues: (await readIfThere(of('eigenvalues'))) as Timed<TopEigenvalues> | undefined,
      secant: (await readIfThere(of('secant'))) as SecantCurvature | undefined,
      secantTwiceRho: (await readIfThere(of('secant-twice-rho'))) as SecantCurvature | undefined,
      loss: (await readIfThere(of('loss'))) as StudyLoss | undefined,
      trace: (await readIfThere(of('trace'))) as Timed<TraceEstimate> | undefined,
      density: (await readIfThere(of('density'))) as SpectralDensity | undefined,
      sharpness: (await readIfThere(of('sharpness'))) as StudySharpness | undefined,
    }),
  };
}

/** Samples that were measured to their end. */
function finished(file: string): Samples | undefined {
  const samples = existsSync(file) ? readSamples(file) : undefined;
  return samples !== undefined && samplesDone(samples) === samples.points.length ? samples : undefined;
}

/** The fields that are defined. */
function present<T extends object>(fields: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>;
}

function readIfThere(file: string): Promise<unknown> {
  return existsSync(file) ? readJson(file) : Promise.resolve(undefined);
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new Error(`readStudies: ${file} is not JSON (${(error as Error).message}); restore it from version control, or delete it and measure again.`, { cause: error });
  }
}
