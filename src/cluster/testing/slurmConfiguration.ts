import { userInfo } from 'node:os';

/** A node of a test's Slurm. */
export interface TestNode {
  readonly name: string;
  readonly port: number;
}

/** Options of a test's Slurm. */
export interface TestSlurmOptions {
  /** Names of nodes beside this machine. */
  readonly others?: readonly string[];
  /** Options of its partitions, by name. Default: one named "test". */
  readonly partitions?: Readonly<Record<string, string>>;
  /** Further lines of `slurm.conf`. */
  readonly settings?: readonly string[];
  /** Cores that Slurm believes each node to have. Default: two. */
  readonly cores?: number;
  /** Makes Slurm believe that this machine has a graphics card. */
  readonly gpu?: boolean;
}

/**
 * A cluster, its server and its daemons all on the loopback. A task that is requeued waits until its old credential has
 * run out, by default two minutes; here ten seconds.
 *
 * @param nodes this machine first.
 */
export function slurmConfiguration(folder: string, port: number, nodes: readonly TestNode[], { partitions = { test: '' }, settings = [], cores = 2, gpu = false }: TestSlurmOptions): string {
  const user = userInfo().username;
  const [here] = nodes as readonly [TestNode];
  return [
    'ClusterName=test',
    `SlurmctldHost=${here.name}(127.0.0.1)`,
    `SlurmctldPort=${port}`,
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    'AuthType=auth/munge',
    'CredType=cred/munge',
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=10`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool-%n`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SchedulerParameters=sched_interval=2,sched_min_interval=0,batch_sched_delay=0',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    'JobRequeue=1',
    'AccountingStorageType=accounting_storage/none',
    'JobAcctGatherType=jobacct_gather/none',
    'SlurmdParameters=config_overrides',
    ...(gpu ? ['GresTypes=gpu'] : []),
    ...settings,
    ...nodes.map((node) => `NodeName=${node.name} NodeAddr=127.0.0.1 Port=${node.port} CPUs=${cores} State=UNKNOWN${gpu && node === here ? ' Gres=gpu:1' : ''}`),
    ...Object.entries(partitions).map(([name, what], index) => `PartitionName=${name} Nodes=ALL ${index === 0 ? 'Default=YES ' : ''}MaxTime=60 State=UP ${what}`),
    '',
  ].join('\n');
}
