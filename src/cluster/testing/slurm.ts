import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { slurmConfiguration, type TestSlurmOptions } from './slurmConfiguration';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'sinfo'] as const;

/** PATH with the folders of system daemons. */
const PATH = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);

/** Slurm's name of this machine. */
export const THIS_NODE = hostname().split('.')[0]!;

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Why no Slurm can be started here, or undefined if one can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) {
    return 'slurmd has to be started by root';
  }
  const missing = PROGRAMS.filter((program) => !PATH.split(delimiter).some((folder) => isExecutable(join(folder, program))));
  return missing.length === 0 ? undefined : `${missing.join(', ')} not found; Debian's packages slurm-wlm and munge have them`;
}

/** Free ports of this machine, all different. */
async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => once(server.listen(0, '127.0.0.1'), 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Kills a daemon, unless it has ended, and waits for its end. */
async function endOf(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode === null && daemon.signalCode === null) {
    const ended = once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
  }
}

/** The first child of a process. */
function firstChild(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
}

/** A command prefix that runs its program as a separate node: with its own host name, and processes that end with it. */
const OTHER_NODE = ['unshare', '--uts', '--pid', '--fork', '--kill-child', '--mount-proc'] as const;

/** Why a Slurm here cannot have further nodes, or undefined if it can. */
export function whyNoOtherNode(): string | undefined {
  const [program, ...args] = OTHER_NODE;
  const { status, stderr, error } = spawnSync(program, [...args, 'hostname', 'other'], { env: { ...process.env, PATH }, encoding: 'utf8' });
  return status === 0 ? undefined : `no second node can be had on this machine: ${(error?.message ?? stderr).trim()}`;
}

/** A Slurm for a test, with this machine as its node, and others if the test wants some. */
export class TestSlurm {
  private readonly daemons = new Map<string, ChildProcess>();

  private constructor(
    private readonly folder: string,
    /** Environment of programs that use this Slurm. */
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts munged, slurmctld and one slurmd per node, with all files in a folder of their own, and waits until the nodes are idle. */
  static async start(options: TestSlurmOptions = {}): Promise<TestSlurm> {
    const folder = mkdtempSync(join(tmpdir(), 'samlab-slurm-'));
    mkdirSync(join(folder, 'state'));
    writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o600 });
    const [port, ...ports] = await freePorts(2 + (options.others ?? []).length);
    const nodes = [THIS_NODE, ...(options.others ?? [])].map((name, index) => ({ name, port: ports[index]! }));
    writeFileSync(join(folder, 'slurm.conf'), slurmConfiguration(folder, port!, nodes, options));
    if (options.gpu === true) {
      writeFileSync(join(folder, 'gres.conf'), `NodeName=${THIS_NODE} Name=gpu File=/dev/null\n`);
    }
    const slurm = new TestSlurm(folder, { ...process.env, PATH, SLURM_CONF: join(folder, 'slurm.conf') });
    try {
      const munge = ['key', 'pid', 'log', 'seed'].map((kind) => `--${kind}-file=${join(folder, `munge.${kind}`)}`);
      slurm.daemon('munged', 'munged', '--foreground', '--force', `--socket=${join(folder, 'munge.socket')}`, ...munge);
      await slurm.until(() => spawnSync('munge', ['--no-input', `--socket=${join(folder, 'munge.socket')}`], { env: slurm.environment }).status === 0);
      slurm.daemon('slurmctld', 'slurmctld', '-D');
      slurm.daemon(THIS_NODE, 'slurmd', '-D');
      (options.others ?? []).forEach((name) => slurm.daemon(name, ...OTHER_NODE, 'sh', '-c', `hostname ${name} && slurmd -D; exec sleep infinity`));
      await slurm.until(() => nodes.every(({ name }) => slurm.call('sinfo', '--noheader', `--nodes=${name}`, '--format=%T').trim().split('\n').every((state) => state === 'idle')));
      return slurm;
    } catch (error) {
      await slurm.stop();
      throw error;
    }
  }

  private daemon(name: string, program: string, ...args: readonly string[]): void {
    const log = openSync(join(this.folder, `${name}.log`), 'a');
    this.daemons.set(name, spawn(program, args, { env: this.environment, stdio: ['ignore', log, log] }));
  }

  /** Ends a further node with everything that runs on it, and informs Slurm, which would notice only after five minutes. */
  async killNode(name: string): Promise<void> {
    await endOf(this.daemons.get(name)!);
    this.giveUp(name);
  }

  /** Ends only the daemon of a further node, not what runs there, and informs Slurm, as when the network breaks down. */
  cutOff(name: string): void {
    process.kill(firstChild(firstChild(this.daemons.get(name)!.pid!)), 'SIGKILL');
    this.giveUp(name);
  }

  private giveUp(name: string): void {
    this.call('scontrol', 'update', `NodeName=${name}`, 'State=DOWN', 'Reason=dead');
  }

  /** What a program of Slurm prints. */
  call(program: string, ...args: readonly string[]): string {
    return spawnSync(program, args, { env: this.environment, encoding: 'utf8', timeout: 20_000 }).stdout;
  }

  /** The daemons' logs. */
  logs(): string {
    return [...this.daemons.keys()].map((name) => `${name}:\n${readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-2000)}`).join('\n');
  }

  /** Waits for a condition. @throws Error with the daemons' logs if it is not met in time. */
  async until(condition: () => boolean, seconds = 60, what = condition.toString()): Promise<void> {
    const deadline = Date.now() + 1000 * seconds;
    while (!condition()) {
      await sleep(50);
      if (Date.now() > deadline) {
        throw new Error(`what the test waits for did not come within ${seconds} s: ${what}\n${this.call('squeue', '--array')}\n${this.logs()}`);
      }
    }
  }

  /** Cancels what runs, ends the daemons and removes their files. */
  async stop(): Promise<void> {
    this.call('scancel', '--full', '--signal=KILL', `--user=${userInfo().username}`);
    this.call('scancel', `--user=${userInfo().username}`);
    // The daemons end the processes of their tasks; killed earlier, they would leave them running.
    for (let looks = 0; looks < 100 && this.call('squeue', '--noheader').trim() !== ''; looks++) {
      await sleep(100);
    }
    for (const daemon of [...this.daemons.values()].reverse()) {
      await endOf(daemon);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
