import { benchArgs } from '../speed/bench-args.js';
import { benchSettings } from '../recipe/bench-settings.js';
import { machineText } from '../report/speed-text.js';
import { passSizes } from '../steps/measure/pass-sizing.js';
import { toolThreads } from '../steps/step.js';
import { describeMachine } from './machine.js';
import { machineShare, type SystemStates } from './machine-share.js';

const GiB = 2 ** 30;
/** A machine of eight cores, of which two make one physical core, with a quota and other limits. */
const machine = (files: Readonly<Record<string, string>> = {}, changes: Partial<SystemStates> = {}) => {
  const tree: Record<string, string> = {
    '/proc/self/cgroup': '0::/a\n',
    '/proc/self/mountinfo': '30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n',
    ...Object.fromEntries(
      [...Array(8).keys()].map((cpu) => [
        `/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings`,
        `${cpu % 4}`,
      ]),
    ),
    ...Object.fromEntries(Object.entries(files).map(([name, text]) => [`/sys/fs/cgroup/a/${name}`, text])),
  };
  return machineShare({
    read: (path) => tree[path] ?? null,
    parallelism: 8,
    totalMemoryBytes: 32 * GiB,
    freeMemoryBytes: 20 * GiB,
    ...changes,
  });
};
const all = {
  cores: 8,
  cpuQuota: null,
  threads: 8,
  mostThreads: undefined,
  memoryBytes: 32 * GiB,
  freeMemoryBytes: 20 * GiB,
};

describe('the share of a machine', () => {
  it.each([
    ['all of it', machine(), {}],
    ['a quota', machine({ 'cpu.max': '200000 100000' }), { cpuQuota: 2, threads: 2, mostThreads: 2 }],
    [
      'part of a core more',
      machine({ 'cpu.max': '270000 100000' }),
      { cpuQuota: 2.7, threads: 2, mostThreads: 2 },
    ],
    [
      'less than a core',
      machine({ 'cpu.max': '33333 100000' }),
      { cpuQuota: 0.33, threads: 1, mostThreads: 1 },
    ],
    ['a quota of all cores and more', machine({ 'cpu.max': '900000 100000' }), {}],
    // llama.cpp starts four threads by itself: no need to tell it anything.
    [
      'a quota above the physical cores',
      machine({ 'cpu.max': '600000 100000' }),
      { cpuQuota: 6, threads: 6 },
    ],
    ['affinity', machine({}, { parallelism: 3 }), { cores: 3, threads: 3, mostThreads: 3 }],
    ['cores', machine({ 'cpuset.cpus.effective': '0-1' }), { cores: 2, threads: 2, mostThreads: 2 }],
    [
      'cores and a quota',
      machine({ 'cpuset.cpus.effective': '0-2', 'cpu.max': '150000 100000' }),
      { cores: 3, cpuQuota: 1.5, threads: 1, mostThreads: 1 },
    ],
    [
      'memory',
      machine({ 'memory.max': String(4 * GiB), 'memory.current': String(GiB) }),
      { memoryBytes: 4 * GiB, freeMemoryBytes: 3 * GiB },
    ],
    ['more memory than there is', machine({ 'memory.max': String(64 * GiB) }), {}],
  ])('%s', (_, share, expected) => {
    expect(share).toEqual({ ...all, ...expected });
  });

  it('of this machine is found', () => {
    const share = machineShare();
    expect(share.cores).toBeGreaterThanOrEqual(1);
    expect(share.freeMemoryBytes).toBeLessThanOrEqual(share.memoryBytes);
  });

  it('is the machine that a speed belongs to: with a quota it is another one', () => {
    const [whole, part, less] = [
      machine(),
      machine({ 'cpu.max': '150000 100000' }),
      machine({ 'memory.max': String(4 * GiB) }),
    ].map(describeMachine);
    expect(whole).not.toHaveProperty('cpuQuota');
    expect(part).toEqual({ ...whole, cpuQuota: 1.5 });
    expect(less).toEqual({ ...whole, memoryGiB: 4 });
    expect(part && machineText(part)).toContain('8 cores with a quota of 1.5, 32 GiB');
  });

  it('decides the threads of llama-bench, unless the model names them', () => {
    const quota = machine({ 'cpu.max': '200000 100000' });
    expect(benchArgs('m.gguf', benchSettings({}, quota)).join(' ')).toContain(' -t 2');
    expect(benchArgs('m.gguf', benchSettings({ threads: 6 }, quota)).join(' ')).toContain(' -t 6');
    expect(benchArgs('m.gguf', benchSettings({}, machine()))).not.toContain('-t');
  });

  it.each([
    [{ threads: undefined, mostThreads: 2 }, 2],
    [{ threads: 3, mostThreads: 2 }, 3],
    [{ threads: undefined, mostThreads: undefined }, undefined],
  ])('decides what other tools are told, unless --threads does: %j', (given, expected) => {
    expect(toolThreads(given)).toBe(expected);
  });

  it('decides how many measurements run at once, and with how many threads', () => {
    const file = { name: 'm.gguf', sha256: '0'.repeat(64), sizeBytes: 2 * GiB };
    const sizesOn = ({ threads, freeMemoryBytes }: ReturnType<typeof machine>) =>
      passSizes(
        {
          model: [file],
          variants: [[file], [file], [file]],
          vocabulary: 1000,
          parameters: { ctx: 512, chunks: -1, batch: 512, ubatch: 512 },
          computesBase: true,
          threads: undefined,
          parallel: undefined,
        },
        { cores: threads, freeMemoryBytes: () => freeMemoryBytes, waitsAsleep: true },
      );
    expect(sizesOn(machine())).toMatchObject({ variants: 3, threads: 4 });
    expect(sizesOn(machine({ 'cpu.max': '200000 100000' }))).toMatchObject({ variants: 3, threads: 1 });
    expect(sizesOn(machine({ 'memory.max': String(5 * GiB) }))).toMatchObject({ variants: 1, threads: 8 });
  });
});
