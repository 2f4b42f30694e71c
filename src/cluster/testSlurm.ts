import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PROGRAMS = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'scontrol', 'sinfo'] as const;

/** The path with the folders in which systems keep their servers. */
const PATH = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);

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

/** A port of this machine that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * One node of two cores, its server and its daemon all on the loopback. A task that is requeued waits until its old
 * credential has run out, two minutes if nothing else is said; here ten seconds.
 */
function configuration(folder: string, ports: { readonly server: number; readonly daemon: number }): string {
  const host = hostname().split('.')[0]!;
  const user = userInfo().username;
  return [
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${ports.server}`,
    `SlurmdPort=${ports.daemon}`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    'CredType=cred/munge',
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=10`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd.pid`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    'JobRequeue=1',
    'AccountingStorageType=accounting_storage/none',
    'JobAcctGatherType=jobacct_gather/none',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=test Nodes=${host} Default=YES MaxTime=60 State=UP`,
    '',
  ].join('\n');
}

/** A Slurm of one node, for a test. */
export class TestSlurm {
  private readonly daemons: ChildProcess[] = [];

  private constructor(
    private readonly folder: string,
    /** Environment of programs that use this Slurm. */
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  /** Starts munged, slurmctld and slurmd, all their files in a folder of their own, and waits until the node is idle. */
  static async start(): Promise<TestSlurm> {
    const folder = mkdtempSync(join(tmpdir(), 'samlab-slurm-'));
    ['state', 'spool'].forEach((name) => mkdirSync(join(folder, name)));
    writeFileSync(join(folder, 'munge.key'), randomBytes(128), { mode: 0o600 });
    writeFileSync(join(folder, 'slurm.conf'), configuration(folder, { server: await freePort(), daemon: await freePort() }));
    const slurm = new TestSlurm(folder, { ...process.env, PATH, SLURM_CONF: join(folder, 'slurm.conf') });
    try {
      const munge = ['key', 'pid', 'log', 'seed'].map((kind) => `--${kind}-file=${join(folder, `munge.${kind}`)}`);
      slurm.daemon('munged', '--foreground', '--force', `--socket=${join(folder, 'munge.socket')}`, ...munge);
      await slurm.until(() => spawnSync('munge', ['--no-input', `--socket=${join(folder, 'munge.socket')}`], { env: slurm.environment }).status === 0);
      slurm.daemon('slurmctld', '-D');
      slurm.daemon('slurmd', '-D');
      await slurm.until(() => slurm.call('sinfo', '--noheader', '--format=%T').trim() === 'idle');
      return slurm;
    } catch (error) {
      await slurm.stop();
      throw error;
    }
  }

  private daemon(program: string, ...args: readonly string[]): void {
    const log = openSync(join(this.folder, `${program}.log`), 'a');
    this.daemons.push(spawn(program, args, { env: this.environment, stdio: ['ignore', log, log] }));
  }

  /** What a program of Slurm prints. */
  call(program: string, ...args: readonly string[]): string {
    return spawnSync(program, args, { env: this.environment, encoding: 'utf8', timeout: 20_000 }).stdout;
  }

  /** What the daemons have to say. */
  logs(): string {
    return ['munged', 'slurmctld', 'slurmd'].map((name) => `${name}:\n${readFileSync(join(this.folder, `${name}.log`), 'utf8').slice(-2000)}`).join('\n');
  }

  /** Waits for something. @throws Error with the daemons' logs if it does not come. */
  async until(condition: () => boolean, seconds = 60): Promise<void> {
    const deadline = Date.now() + 1000 * seconds;
    while (!condition()) {
      await sleep(50);
      if (Date.now() > deadline) {
        throw new Error(`what the test waits for did not come within ${seconds} s: ${condition.toString()}\n${this.call('squeue', '--array')}\n${this.logs()}`);
      }
    }
  }

  /** Cancels what runs, ends the daemons and removes their files. */
  async stop(): Promise<void> {
    this.call('scancel', '--full', '--signal=KILL', `--user=${userInfo().username}`);
    this.call('scancel', `--user=${userInfo().username}`);
    // The daemons end what belongs to their tasks; killed before that, they would leave it behind.
    for (let looks = 0; looks < 100 && this.call('squeue', '--noheader').trim() !== ''; looks++) {
      await sleep(100);
    }
    for (const daemon of this.daemons.reverse()) {
      if (daemon.exitCode === null && daemon.signalCode === null) {
        const ended = new Promise((resolve) => daemon.once('exit', resolve));
        daemon.kill('SIGKILL');
        await ended;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
