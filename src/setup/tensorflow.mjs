// @ts-check
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pip } from './pip.mjs';
import { explainFailure } from './problem.mjs';
import { replaceFolder } from './replaceFolder.mjs';
import { run } from './run.mjs';
import { isStamped, writeStamp } from './stamp.mjs';

/**
 * The wheels that TensorFlow's C library is taken out of. It does not depend on Python, so the wheel for one Python
 * serves all of them, those included that TensorFlow has no wheel for.
 */
const WHEELS = {
  cpu: {
    requirement: 'tensorflow-cpu==2.21.0',
    sha256: '05af7c26d35f4de910b5598c7b507e3981831a7b0f47fed9a405d995d51d7793',
    megabytes: 1300,
  },
  cuda: {
    requirement: 'tensorflow==2.21.0',
    sha256: 'e9d8da8dcab9650efb45f032ba70af2f016f907e6e0c6bda29dd101bba945406',
    megabytes: 2000,
  },
};

const LIBRARIES = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'];

/** Unpacks the two libraries and the headers of the C API, which is all that the addon needs of 3 GB. */
const EXTRACTION = `
import re, sys, zipfile
wheel, target = sys.argv[1:]
wanted = re.compile(r"tensorflow/(libtensorflow_(cc|framework)\\.so\\.2|include/(tensorflow|tsl|xla/tsl/c)/.*[^/])")
with zipfile.ZipFile(wheel) as archive:
    for entry in archive.infolist():
        if wanted.fullmatch(entry.filename):
            entry.filename = entry.filename[len("tensorflow/"):]
            archive.extract(entry, target)
`;

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {import('./device.mjs').Device} device
 * @returns {import('./step.mjs').Step} TensorFlow's C library and headers
 */
export function tensorflow(layout, device) {
  const { requirement, sha256, megabytes } = WHEELS[device];
  const stampFile = join(layout.tensorflow, 'wheel.json');
  return {
    title: `TensorFlow (${device})`,
    megabytes,
    isDone: () => existsSync(layout.tensorflow) && isStamped(stampFile, { sha256, ...sizes(layout.tensorflow) }),
    perform: async () => {
      const draft = `${layout.tensorflow}.tmp`;
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(join(draft, 'wheel'), { recursive: true });
      await download(layout, join(draft, 'wheel'), `${requirement} --hash=sha256:${sha256}\n`);
      await extract(layout, draft);
      writeStamp(join(draft, 'wheel.json'), { sha256, ...sizes(draft) });
      replaceFolder(layout.tensorflow, draft);
    },
  };
}

/**
 * @param {string} folder
 * @returns {Record<string, number>} bytes of each library, 0 for one that is missing
 */
function sizes(folder) {
  return Object.fromEntries(LIBRARIES.map((name) => [name, statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0]));
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {string} folder
 * @param {string} requirement with the hash that pip holds the wheel to
 */
async function download(layout, folder, requirement) {
  const requirements = join(folder, 'requirements.txt');
  writeFileSync(requirements, requirement);
  const choice = ['--no-deps', '--no-cache-dir', '--python-version=3.13', '--platform=manylinux_2_27_x86_64'];
  const fetched = await pip(layout.python, 'download', [...choice, '-r', requirements, '-d', folder]);
  if (!fetched.ok) throw explainFailure('Downloading TensorFlow', fetched.output);
}

/**
 * @param {import('./layout.mjs').Layout} layout
 * @param {string} draft
 */
async function extract(layout, draft) {
  const [wheel = ''] = readdirSync(join(draft, 'wheel')).filter((name) => name.endsWith('.whl'));
  const extracted = await run(layout.python, ['-c', EXTRACTION, join(draft, 'wheel', wheel), draft]);
  if (!extracted.ok) throw explainFailure('Unpacking TensorFlow', extracted.output);
  rmSync(join(draft, 'wheel'), { recursive: true });
}
