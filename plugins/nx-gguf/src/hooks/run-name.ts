import { processName } from '../files/process-file-name.js';

/**
 * The name of a run for a hook. It is the name that the tasks of the run use, which are all children of one
 * process. Hooks in Nx's daemon are children of the daemon, which outlives the run, so notes of one run must
 * not hold for later ones.
 * @param id Nx's own name for the run, which tasks are not told
 */
export function runName(id: string): string {
  return process.env['NX_DAEMON_PROCESS'] === 'true' ? id : processName(process.ppid);
}
