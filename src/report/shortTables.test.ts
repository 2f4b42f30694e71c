import assert from 'node:assert/strict';
import { test } from 'node:test';
import { presetConfigs, findPreset } from '../experiment/presets';
import type { RunResult } from '../experiment/result';
import { runId } from '../experiment/store';
import { methodStudy } from './methodStudies';
import { shortErrorTable, shortMethodTable } from './shortTables';
import { errorTables } from './tables';
import { storedRun } from './testing/run';

