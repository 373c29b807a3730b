import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Whether the process that took a name still runs; `unknown` for one of another machine or container. */
export type Owner = 'runs' | 'gone' | 'unknown';

const ownedPattern = /^([0-9a-f]{12})-(\d+)-(\d+)-[0-9a-f]{12}$/;
const hasProc = existsSync('/proc/self/stat');

/**
 * A file name that no other process takes, and that tells later whether the process that took it still runs.
 */
export function processFileName(): string {
  return `${processName(process.pid)}-${randomBytes(6).toString('hex')}`;
}

/** A name of a process that no other process of any machine has, now or later. */
export function processName(pid: number): string {
  return `${processSpace()}-${pid}-${startOf(pid) ?? 0}`;
}

/** The state of the process that took a name. */
export function ownerOf(name: string): Owner {
  const [, space, pid, start] = ownedPattern.exec(name) ?? [];
  if (space !== processSpace()) return 'unknown';
  return startOf(Number(pid)) === Number(start) ? 'runs' : 'gone';
}

/** True for names of the form that `processFileName` gives. */
export function isProcessFileName(name: string): boolean {
  return ownedPattern.test(name);
}

/** The scope in which a process number is unique: the machine, or the container on it. */
function processSpace(): string {
  const container = hasProc ? readlinkSync('/proc/self/ns/pid') : '';
  return createHash('sha256').update(`${hostname()}\n${container}`).digest('hex').slice(0, 12);
}

/**
 * The start time of a process, which tells it from a later one of the same number; 0 where the system does
 * not tell. Null when the process does not run.
 */
function startOf(pid: number): number | null {
  try {
    if (!hasProc) {
      process.kill(pid, 0);
      return 0;
    }
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    // A zombie does no work any more, and its parent may never collect it.
    return fields[0] === 'Z' || fields[0] === 'X' ? null : Number(fields[19]);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM' ? 0 : null;
  }
}
