import { processName } from '../files/process-file-name.js';

/**
 * The name of a run for a hook: that which its tasks have, all children of one process. Hooks in Nx's daemon
 * are children of the daemon, which outlives the run: what was noted in one must not hold for all that
 * follow.
 * @param id Nx's own name for the run, which tasks are not told
 */
export function hookRun(id: string): string {
  return process.env['NX_DAEMON_PROCESS'] === 'true' ? id : processName(process.ppid);
}
