import { readFileSync } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { cgroupLimits, type ReadText } from './cgroup.js';

/** What the system states, before limits are looked at. */
export interface SystemStates {
  read: ReadText;
  /** Cores that this process may run on, as far as Node knows. */
  parallelism: number;
  totalMemoryBytes: number;
  freeMemoryBytes: number;
}

/** The part of a machine that this process may use. */
export interface MachineShare {
  /** Logical cores that it may run on. */
  cores: number;
  /** Time of so many cores, where that is less; null elsewhere. */
  cpuQuota: number | null;
  /** Threads that can run at once without being stopped by the quota. */
  threads: number;
  /**
   * The same where a tool of llama.cpp would start more by itself, as it counts the cores of the whole machine;
   * undefined elsewhere.
   */
  mostThreads: number | undefined;
  memoryBytes: number;
  freeMemoryBytes: number;
}

/**
 * The share of this machine that is left to this process by its affinity and by the control groups that it is
 * in. Node 20 knows of affinity alone. A thread too many is worse than one too few: the others wait for it while
 * it is stopped.
 */
export function machineShare(states: SystemStates = systemStates()): MachineShare {
  const { read, parallelism, totalMemoryBytes, freeMemoryBytes } = states;
  const limits = cgroupLimits(read);
  const cores = Math.max(1, Math.min(parallelism, limits.cpus ?? Infinity));
  const cpuQuota = limits.cpuQuota !== null && limits.cpuQuota < cores ? limits.cpuQuota : null;
  const threads = Math.max(1, Math.floor(cpuQuota ?? cores));
  const memoryBytes = Math.min(totalMemoryBytes, limits.memoryBytes ?? Infinity);
  return {
    cores,
    cpuQuota: cpuQuota === null ? null : Math.round(cpuQuota * 100) / 100,
    threads,
    mostThreads: threads < physicalCores(read) ? threads : undefined,
    memoryBytes,
    freeMemoryBytes: Math.min(freeMemoryBytes, limits.freeMemoryBytes ?? Infinity),
  };
}

function systemStates(): SystemStates {
  return {
    read: (path) => {
      try {
        return readFileSync(path, 'utf8');
      } catch {
        return null;
      }
    },
    parallelism: availableParallelism(),
    totalMemoryBytes: totalmem(),
    freeMemoryBytes: freemem(),
  };
}

/**
 * The cores for which llama.cpp starts a thread each on Linux, whatever this process may use
 * (cpu_get_num_physical_cores of common/common.cpp); 0 where the system does not tell.
 */
function physicalCores(read: ReadText): number {
  const siblings = new Set<string>();
  for (let cpu = 0; ; cpu += 1) {
    const text = read(`/sys/devices/system/cpu/cpu${cpu}/topology/thread_siblings`);
    if (text === null) return siblings.size;
    siblings.add(text);
  }
}
