import { experimentFolders, type ExperimentFolders } from '../experiment/folders';
import { expandPreset, isQuick } from '../experiment/runPreset';

/** The preset whose results a notebook reads unless another is asked for. */
const STORED_PRESET = 'laptop';

/** What a notebook trains and which results it shows. */
export interface NotebookPreset {
  /** As it was asked for: a preset, or a group of them. */
  readonly name: string;
  /** The presets behind the name, such as "quick" and "quick-resnet50". */
  readonly members: readonly string[];
  /** Whether the notebook makes the runs that are not stored yet; otherwise it reads what is there. */
  readonly trains: boolean;
  readonly folders: ExperimentFolders;
}

/**
 * The preset that the environment variable SAMLAB_PRESET names; `npm run reproduce` sets it, and the notebook
 * then trains what is missing. Without it a notebook reads the stored results of the laptop preset and makes no
 * long run.
 *
 * @throws RangeError for an unknown preset.
 */
export function notebookPreset(environment: NodeJS.ProcessEnv = process.env): NotebookPreset {
  const asked = environment['SAMLAB_PRESET'] ?? '';
  const name = asked === '' ? STORED_PRESET : asked;
  const members = expandPreset(name);
  return { name, members, trains: asked !== '', folders: experimentFolders(members.every(isQuick) ? 'quick' : 'real') };
}
