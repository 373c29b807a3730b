import { readFileSync } from 'node:fs';

/**
 * Resident memory of this process at its highest, in bytes. On Linux not what getrusage says: across exec
 * that keeps the highest of the process it was forked from, so a child of a large test runner looks as large
 * as the runner.
 */
export function peakMemoryBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
}
