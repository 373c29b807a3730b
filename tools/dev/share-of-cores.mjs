import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/**
 * How many cores this process may keep busy: those that the system names, or what the CPU quota of its
 * container leaves of them, which Node does not see. It is for scripts that run before anything is built; what
 * the plugin itself uses (toolchain/cgroup.ts) looks at all groups above the own one too.
 * @param {(path: string) => string | null} read a small file, or null
 * @param {number} cores those that the system names
 */
export function shareOfCores(read = readText, cores = availableParallelism()) {
  const [quota, period] = (
    read('/sys/fs/cgroup/cpu.max') ??
    ['quota', 'period'].map((what) => read(`/sys/fs/cgroup/cpu/cpu.cfs_${what}_us`) ?? '').join(' ')
  )
    .trim()
    .split(/\s+/)
    .map(Number);
  const share = quota / period;
  // `max` and -1 are no limit.
  return share > 0 ? Math.max(1, Math.min(cores, Math.floor(share))) : cores;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
