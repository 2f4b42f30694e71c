import { z } from 'zod';
import { DEFAULT_METHOD } from './methodSettings';
import { checksOf } from './setting';
import { settingProblems } from './settingProblems';
import { TRAINING_SETTINGS } from './settings';

/** Texts, lists and booleans are not accepted as numbers. A configuration holds the settings and more, which is ignored. */
const schema = z.object(checksOf(TRAINING_SETTINGS));

/** Checks settings. @throws RangeError that lists each that is out of range, with what was expected and what came. */
export function checkTrainingSettings(caller: string, settings: unknown): void {
  const checked = schema.safeParse(settings);
  if (!checked.success) {
    throw new RangeError(`${caller}: these settings cannot be run:\n${settingProblems(checked.error, settings, DEFAULT_METHOD)}`);
  }
}
