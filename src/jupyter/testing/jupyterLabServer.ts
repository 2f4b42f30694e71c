import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { PROJECT_ROOT } from '../../files/projectRoot';


/** A JupyterLab of the project's own venv. */
export interface JupyterLabServer {
  /** Where a browser opens a file of the project, token included. */
  urlOf(path: string): string;
  /** Ends the server and its kernels. */
  stop(): Promise<void>;
}

/** What Jupyter writes about a server that has started. */
interface ServerRecord {
  readonly port: number;
  readonly token: string;
}

/**
 * Starts JupyterLab on the project, on a free port and without the user's settings.
 *
 * @param folder - An empty folder for its settings and records.
 * @throws Error with what the server printed when it ends, or has not started within two minutes.
 */
export async function startJupyterLab(folder: string): Promise<JupyterLabServer> {
  const records = join(folder, 'runtime');
  mkdirSync(records, { recursive: true });
  showEveryCell(join(folder, 'settings'));
  const server = spawn(join(PROJECT_ROOT, '.venv/bin/python'), serverArguments(), {
    cwd: PROJECT_ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      JUPYTER_RUNTIME_DIR: records,
      JUPYTER_CONFIG_DIR: join(folder, 'config'),
      JUPYTERLAB_SETTINGS_DIR: join(folder, 'settings'),
      JUPYTERLAB_WORKSPACES_DIR: join(folder, 'workspaces'),
    },
  });
  let printed = '';
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()));
  try {
    const { port, token } = await recordOf(server, records);
    return {
      urlOf: (path) => `http://127.0.0.1:${port}/lab/tree/${path}?token=${token}`,
      stop: () => end(server),
    };
  } catch (error) {
    await end(server);
    throw new Error(`startJupyterLab: JupyterLab did not start:\n${printed}`, { cause: error });
  }
}

function serverArguments(): string[] {
  const asRoot = process.getuid?.() === 0 ? ['--allow-root'] : [];
  // Jupyter takes the first free port of a few random ones near the one it is given.
  const port = 20000 + (process.pid % 20000);
  const quiet = ['--no-browser', '--log-level=WARN'];
  return ['-m', 'jupyterlab', ...quiet, '--ip=127.0.0.1', `--port=${port}`, `--ServerApp.root_dir=${PROJECT_ROOT}`, ...asRoot];
}

/** By default JupyterLab does not render cells far off the screen. */
function showEveryCell(settings: string): void {
  const folder = join(settings, '@jupyterlab/notebook-extension');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'tracker.jupyterlab-settings'), JSON.stringify({ windowingMode: 'none' }));
}

async function recordOf(server: ChildProcess, records: string): Promise<ServerRecord> {
  for (let tenths = 0; tenths < 1200; tenths++) {
    if (server.exitCode !== null) throw new Error(`it ended with exit code ${server.exitCode}`);
    const name = readdirSync(records).find((entry) => /^jpserver-\d+\.json$/.test(entry));
    if (name !== undefined) return JSON.parse(readFileSync(join(records, name), 'utf8')) as ServerRecord;
    await wait(100);
  }
  throw new Error('it was not ready after two minutes');
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolveEnd) => server.once('close', () => { resolveEnd(); }));
  server.kill('SIGTERM');
  await ended;
}
