/** Reads a small file; null where it cannot be read. */
export type ReadText = (path: string) => string | null;

/** What the control groups of Linux leave to this process; null for what they do not limit. */
export interface CgroupLimits {
  /** Time of so many cores, e.g. 1.5. */
  cpuQuota: number | null;
  /** Cores that it may run on. */
  cpus: number | null;
  memoryBytes: number | null;
  /** What is left of the memory, where it is limited; cached files count as free. */
  freeMemoryBytes: number | null;
}

interface Mount {
  version: 1 | 2;
  /** The group that is seen at the mount point: in a container often not the first of all. */
  root: string;
  point: string;
  controllers: readonly string[];
}

/** The directories of the own group and of those above it, from the inside out, and which files they have. */
interface Groups {
  version: 1 | 2;
  directories: readonly string[];
}

/**
 * The limits of the own control group and of all above it that can be seen (kernel documentation:
 * cgroup-v1/memory.rst, cgroup-v2.rst, scheduler/sched-bwc.rst, filesystems/proc.rst for mountinfo). Containers,
 * systemd and batch systems set them; neither the number of cores nor the memory that the system states follows.
 */
export function cgroupLimits(read: ReadText): CgroupLimits {
  const groupsOf = (controller: string): Groups => findGroups(controller, read);
  const memory = groupsOf('memory');
  const levels = memory.directories.map((directory) => memoryAt(directory, memory.version, read));
  return {
    cpuQuota: least(cpuQuotas(groupsOf('cpu'), read)),
    cpus: cpusOf(groupsOf('cpuset'), read),
    memoryBytes: least(levels.map(({ limit }) => limit)),
    freeMemoryBytes: least(levels.map(({ free }) => free)),
  };
}

/** The number of cores in a list such as `0-3,8`; null where it names none. */
export function coresInList(list: string): number | null {
  const counts = list
    .trim()
    .split(',')
    .map((part) => /^(\d+)(?:-(\d+))?$/.exec(part.trim()))
    .map((match) => (match === null ? 0 : Number(match[2] ?? match[1]) - Number(match[1]) + 1));
  const sum = counts.reduce((total, count) => total + count, 0);
  return sum > 0 ? sum : null;
}

function findGroups(controller: string, read: ReadText): Groups {
  const own = (read('/proc/self/cgroup') ?? '').split('\n').flatMap((line) => {
    const [, id = '', controllers = '', path = ''] = /^(\d+):([^:]*):(.*)$/.exec(line) ?? [];
    return id === '' ? [] : [{ controllers: controllers.split(','), path }];
  });
  const first = own.find(({ controllers }) => controllers.includes(controller));
  const version = first === undefined ? 2 : 1;
  const path = (first ?? own.find(({ controllers }) => controllers.join() === ''))?.path;
  if (path === undefined) return { version, directories: [] };
  const mounts = mountsOf(read).filter(
    (mount) => mount.version === version && (version === 2 || mount.controllers.includes(controller)),
  );
  const inside = mounts.find(({ root }) => isWithin(path, root));
  const [mount = inside] = inside === undefined ? mounts : [inside];
  if (mount === undefined) return { version, directories: [] };
  // A group outside of what is mounted is that of the mount point: a container sees no other.
  const names =
    inside === undefined
      ? []
      : path
          .slice(inside.root === '/' ? 0 : inside.root.length)
          .split('/')
          .filter(Boolean);
  const directories = [...names.keys(), names.length].map((depth) =>
    [mount.point.replace(/\/$/, ''), ...names.slice(0, depth)].join('/'),
  );
  return { version, directories: directories.reverse() };
}

function isWithin(path: string, root: string): boolean {
  if (path.split('/').includes('..')) return false;
  return root === '/' || path === root || path.startsWith(`${root}/`);
}

function mountsOf(read: ReadText): Mount[] {
  return (read('/proc/self/mountinfo') ?? '').split('\n').flatMap((line) => {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '', point = ''] = before.split(' ').map(unescaped);
    const [type, , options = ''] = after.split(' ');
    if (type !== 'cgroup' && type !== 'cgroup2') return [];
    return [{ version: type === 'cgroup' ? 1 : 2, root, point, controllers: options.split(',') }] as const;
  });
}

/** Spaces in paths are written as octal numbers. */
function unescaped(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

function cpuQuotas({ version, directories }: Groups, read: ReadText): (number | null)[] {
  return directories.map((directory) => {
    const text =
      version === 2
        ? read(`${directory}/cpu.max`)
        : [read(`${directory}/cpu.cfs_quota_us`), read(`${directory}/cpu.cfs_period_us`)].join(' ');
    const [quota, period = 100_000] = (text ?? '').trim().split(/\s+/).map(Number);
    // `max` and -1 are no limit.
    return quota !== undefined && quota > 0 && period > 0 ? quota / period : null;
  });
}

function cpusOf({ version, directories }: Groups, read: ReadText): number | null {
  const files = version === 2 ? ['cpuset.cpus.effective'] : ['cpuset.effective_cpus', 'cpuset.cpus'];
  for (const directory of directories) {
    for (const file of files) {
      const cores = coresInList(read(`${directory}/${file}`) ?? '');
      if (cores !== null) return cores;
    }
  }
  return null;
}

function memoryAt(
  directory: string,
  version: 1 | 2,
  read: ReadText,
): { limit: number | null; free: number | null } {
  const bytes = (file: string): number | null => {
    const value = Number((read(`${directory}/${file}`) ?? 'none').trim());
    return Number.isFinite(value) && value >= 0 ? value : null;
  };
  const limit =
    version === 2 ? least([bytes('memory.max'), bytes('memory.high')]) : bytes('memory.limit_in_bytes');
  // The first version has a number near 2^63 where nothing is limited.
  if (limit === null || limit >= 2 ** 60) return { limit: null, free: null };
  const used = bytes(version === 2 ? 'memory.current' : 'memory.usage_in_bytes') ?? 0;
  const name = version === 2 ? 'inactive_file' : 'total_inactive_file';
  const [, cached = '0'] =
    new RegExp(`^${name} (\\d+)$`, 'm').exec(read(`${directory}/memory.stat`) ?? '') ?? [];
  return { limit, free: Math.max(0, Math.min(limit, limit - used + Number(cached))) };
}

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.min(...known);
}
