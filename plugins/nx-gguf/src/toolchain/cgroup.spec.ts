import { join } from 'node:path';
import { repository } from '../testing/documents.js';
import { cgroupLimits, coresInList, type CgroupLimits } from './cgroup.js';

const GiB = 2 ** 30;
type Tree = Readonly<Record<string, string>>;
const none: CgroupLimits = { cpuQuota: null, cpus: null, memoryBytes: null, freeMemoryBytes: null };
const limitsOf = (tree: Tree) => cgroupLimits((path) => tree[path] ?? null);

const mount2 = (root = '/', point = '/sys/fs/cgroup') =>
  `30 23 0:26 ${root} ${point} rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n`;
const mount1 = (controllers: string, root = '/', point = `/sys/fs/cgroup/${controllers}`) =>
  `32 31 0:29 ${root} ${point} rw,relatime shared:9 - cgroup cgroup rw,${controllers}\n`;
const v1 = (path: string, root = '/') => ({
  '/proc/self/cgroup': `9:memory:${path}\n8:cpu,cpuacct:${path}\n7:cpuset:${path}\n1:name=systemd:/\n0::/\n`,
  '/proc/self/mountinfo':
    '22 1 8:1 / / rw - ext4 /dev/vda rw\n' +
    mount1('memory', root) +
    mount1('cpu,cpuacct', root) +
    mount1('cpuset', root) +
    mount2('/', '/sys/fs/cgroup/unified'),
});
const v2 = (path: string, root = '/') => ({
  '/proc/self/cgroup': `0::${path}\n`,
  '/proc/self/mountinfo': mount2(root),
});

describe('the limits of control groups', () => {
  it.each<[string, Tree, Partial<CgroupLimits>]>([
    ['where there are none: macOS, Windows', {}, {}],
    [
      'version 2, nothing limited',
      { ...v2('/user.slice/a.scope'), '/sys/fs/cgroup/user.slice/a.scope/cpu.max': 'max 100000\n' },
      {},
    ],
    ['version 2, the first group of all', v2('/'), {}],
    ['version 2, a container', { ...v2('/'), '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, { cpuQuota: 2 }],
    [
      'version 2, a fraction',
      { ...v2('/a'), '/sys/fs/cgroup/a/cpu.max': '50000 100000\n' },
      { cpuQuota: 0.5 },
    ],
    [
      'version 2, another period',
      { ...v2('/a'), '/sys/fs/cgroup/a/cpu.max': '15000 10000\n' },
      { cpuQuota: 1.5 },
    ],
    [
      'version 2, the least of nested ones',
      {
        ...v2('/a/b/c'),
        '/sys/fs/cgroup/a/b/c/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/a/b/cpu.max': '300000 100000\n',
        '/sys/fs/cgroup/a/cpu.max': '400000 100000\n',
        '/sys/fs/cgroup/a/b/c/memory.max': `${8 * GiB}\n`,
        '/sys/fs/cgroup/a/memory.max': `${4 * GiB}\n`,
      },
      { cpuQuota: 3, memoryBytes: 4 * GiB, freeMemoryBytes: 4 * GiB },
    ],
    [
      'version 2, memory in use, but for cached files',
      {
        ...v2('/a'),
        '/sys/fs/cgroup/a/memory.max': `${8 * GiB}\n`,
        '/sys/fs/cgroup/a/memory.high': 'max\n',
        '/sys/fs/cgroup/a/memory.current': `${6 * GiB}\n`,
        '/sys/fs/cgroup/a/memory.stat': `anon ${2 * GiB}\ninactive_file ${3 * GiB}\nactive_file ${GiB}\n`,
      },
      { memoryBytes: 8 * GiB, freeMemoryBytes: 5 * GiB },
    ],
    [
      'version 2, a limit from which on it is slowed down',
      { ...v2('/a'), '/sys/fs/cgroup/a/memory.high': `${GiB}\n` },
      { memoryBytes: GiB, freeMemoryBytes: GiB },
    ],
    [
      'version 2, more in use than the limit',
      {
        ...v2('/a'),
        '/sys/fs/cgroup/a/memory.high': `${GiB}\n`,
        '/sys/fs/cgroup/a/memory.current': `${2 * GiB}\n`,
      },
      { memoryBytes: GiB, freeMemoryBytes: 0 },
    ],
    ['version 2, cores', { ...v2('/a'), '/sys/fs/cgroup/a/cpuset.cpus.effective': '0-2,7\n' }, { cpus: 4 }],
    [
      'version 2, cores of the group above',
      { ...v2('/a/b'), '/sys/fs/cgroup/a/cpuset.cpus.effective': '3\n' },
      { cpus: 1 },
    ],
    [
      'version 2, a container that sees the path of its host',
      {
        ...v2('/system.slice/docker-1.scope', '/system.slice/docker-1.scope'),
        '/sys/fs/cgroup/cpu.max': '100000 100000\n',
        '/sys/fs/cgroup/system.slice/docker-1.scope/cpu.max': '700000 100000\n',
      },
      { cpuQuota: 1 },
    ],
    [
      'version 2, a process from outside of the name space',
      { ...v2('/../other'), '/sys/fs/cgroup/cpu.max': '200000 100000\n' },
      { cpuQuota: 2 },
    ],
    [
      'version 2, mounted elsewhere',
      {
        '/proc/self/cgroup': '0::/a\n',
        '/proc/self/mountinfo': mount2('/', '/my\\040groups'),
        '/my groups/a/cpu.max': '100000 100000\n',
      },
      { cpuQuota: 1 },
    ],
    [
      'version 1, nothing limited',
      {
        ...v1('/a'),
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': '9223372036854771712\n',
      },
      {},
    ],
    [
      'version 1, all of it',
      {
        ...v1('/a'),
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '250000\n',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/cpuset/a/cpuset.cpus': '0-1,4-5\n',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${8 * GiB}\n`,
        '/sys/fs/cgroup/memory/a/memory.usage_in_bytes': `${5 * GiB}\n`,
        '/sys/fs/cgroup/memory/a/memory.stat': `inactive_file ${4 * GiB}\ntotal_inactive_file ${2 * GiB}\n`,
      },
      { cpuQuota: 2.5, cpus: 4, memoryBytes: 8 * GiB, freeMemoryBytes: 5 * GiB },
    ],
    [
      'version 1, a container that sees the path of its host',
      {
        ...v1('/docker/1', '/docker/1'),
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '50000\n',
        '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      },
      { cpuQuota: 0.5 },
    ],
    [
      'version 1, nested',
      {
        ...v1('/a/b'),
        '/sys/fs/cgroup/cpu,cpuacct/a/b/cpu.cfs_quota_us': '-1\n',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu,cpuacct/a/cpu.cfs_period_us': '100000\n',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${GiB}\n`,
      },
      { cpuQuota: 3, memoryBytes: GiB, freeMemoryBytes: GiB },
    ],
    [
      'both versions, each controller in its own',
      {
        '/proc/self/cgroup': '4:memory:/a\n0::/b\n',
        '/proc/self/mountinfo': mount1('memory') + mount2('/', '/sys/fs/cgroup/unified'),
        '/sys/fs/cgroup/unified/b/cpu.max': '100000 100000\n',
        '/sys/fs/cgroup/memory/a/memory.limit_in_bytes': `${GiB}\n`,
        '/sys/fs/cgroup/unified/b/memory.max': '1\n',
      },
      { cpuQuota: 1, memoryBytes: GiB, freeMemoryBytes: GiB },
    ],
    [
      'files that say nothing',
      {
        ...v2('/a'),
        '/sys/fs/cgroup/a/cpu.max': '',
        '/sys/fs/cgroup/a/memory.max': 'none',
        '/sys/fs/cgroup/a/cpuset.cpus.effective': '\n',
      },
      {},
    ],
    ['a list of groups alone', { '/proc/self/cgroup': '0::/a\n' }, {}],
  ])('%s', (_, tree, expected) => {
    expect(limitsOf(tree)).toEqual({ ...none, ...expected });
  });
});

describe('a list of cores', () => {
  it.each([
    ['0', 1],
    ['0-3', 4],
    ['0-1,4,6-7\n', 5],
    ['', null],
    ['\n', null],
    ['none', null],
  ])('%j has %j', (list, count) => {
    expect(coresInList(list)).toBe(count);
  });
});

describe('the share of the scripts of this repository, which run before there is a build', () => {
  const script = join(repository, 'tools/dev/share-of-cores.mjs');

  const rows: [string, Readonly<Record<string, string>>, number][] = [
    ['no limit', {}, 8],
    ['max', { '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 8],
    ['two and a half cores', { '/sys/fs/cgroup/cpu.max': '250000 100000\n' }, 2],
    ['half a core', { '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 1],
    ['more than there are', { '/sys/fs/cgroup/cpu.max': '1600000 100000\n' }, 8],
    [
      'version 1',
      {
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '300000\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      },
      3,
    ],
    [
      'version 1 without a limit',
      { '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n' },
      8,
    ],
  ];
  it.each(rows)('%s', async (_, files, cores) => {
    const { shareOfCores } = (await import(script)) as {
      shareOfCores: (read: (path: string) => string | null, cores: number) => number;
    };
    expect(shareOfCores((path) => files[path] ?? null, 8)).toBe(cores);
  });
});
