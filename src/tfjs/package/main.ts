/** `npm run package`: writes the package and its tarball into data/package. */
import { execFileSync } from 'node:child_process';
import { join, relative } from 'node:path';
import { PROJECT_ROOT } from '../../files/projectRoot';
import { writePackage } from './writePackage';

const TO = join(PROJECT_ROOT, 'data', 'package');

async function main(): Promise<void> {
  const folder = join(TO, 'samlab-tfjs');
  await writePackage(folder);
  const tarball = execFileSync('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', TO], { cwd: folder, encoding: 'utf8' }).trim();
  console.log(`Wrote ${relative(PROJECT_ROOT, join(TO, tarball))}. Install it beside TensorFlow.js: npm install @tensorflow/tfjs ./${tarball}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
