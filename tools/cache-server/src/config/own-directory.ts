import { readFileSync } from 'node:fs';
import { readFile, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import lockfile from 'proper-lockfile';
import { GgufError, ownerOf, processFileName, systemErrorCode, withLock, writeDurably } from 'nx-gguf/store';

/** A directory that is this process's alone. */
export interface OwnDirectory {
  /** Gives it back. */
  release: () => Promise<void>;
  /** Ends when another process has taken it: this one was stopped for longer than it may be silent. */
  lost: Promise<GgufError>;
}

/** How a lock is kept; times in ms. */
export interface LockTiming {
  /** The owner renews its lock so often. */
  renewMs: number;
  /** A lock that was not renewed for so long has no owner any more. */
  silentMs: number;
}

const usual: LockTiming = { renewMs: 4000, silentMs: 20_000 };

/**
 * Takes a directory for this process. A server that was killed does not keep it: its lock is taken over at
 * once where its process can be asked for. That of another machine or container is watched for a while, and
 * taken over when nobody renews it. No clocks are compared: those of two machines may differ.
 * @throws GgufError `DIRECTORY_IN_USE`
 */
export async function takeDirectory(
  directory: string,
  {
    timing = usual,
    onWait = () => undefined,
  }: { timing?: LockTiming; onWait?: (owner: string) => void } = {},
): Promise<OwnDirectory> {
  const lock = join(directory, 'server.lock');
  const note = join(directory, 'server');
  const own: OwnerNote = { name: processFileName(), host: hostname(), pid: process.pid, boot: bootId() };
  let report: (error: GgufError) => void = () => undefined;
  const lost = new Promise<GgufError>((resolve) => (report = resolve));
  const acquire = (): Promise<(() => Promise<void>) | null> =>
    lockfile
      .lock(directory, {
        realpath: false,
        lockfilePath: lock,
        // Whether a lock is a dead one's is found out here.
        stale: Number.MAX_SAFE_INTEGER,
        update: timing.renewMs,
        onCompromised: () => void onLoose(),
      })
      .catch((error: unknown) => {
        if (systemErrorCode(error) === 'ELOCKED') return null;
        throw error;
      });
  const takeOver = async (): Promise<() => Promise<void>> => {
    const owner = await ownerNote(note);
    const state = stateOf(owner);
    if (state === 'runs') throw inUse(directory, owner);
    if (state === 'unknown') {
      onWait(described(owner));
      if (await isRenewed(lock, timing.silentMs)) throw inUse(directory, owner);
    }
    await rm(lock, { recursive: true, force: true });
    const taken = await acquire();
    if (taken === null) throw inUse(directory, await ownerNote(note));
    return taken;
  };
  // One at a time looks and takes over, so that nobody takes over from who has just done so.
  let release = await withLock(join(directory, 'server-start'), async () => {
    const taken = (await acquire()) ?? (await takeOver());
    await writeDurably(note, `${JSON.stringify(own)}\n`);
    return taken;
  });
  const onLoose = async (): Promise<void> => {
    const owner = await ownerNote(note).catch(() => null);
    const again = owner?.name === own.name ? await acquire().catch(() => null) : null;
    if (again !== null) release = again;
    else report(inUse(directory, owner));
  };
  return {
    lost,
    release: async () => {
      if ((await ownerNote(note))?.name === own.name) await rm(note, { force: true });
      await release().catch(() => undefined);
    },
  };
}

function inUse(directory: string, owner: OwnerNote | null): GgufError {
  return new GgufError('DIRECTORY_IN_USE', `another server runs on ${directory}: ${described(owner)}`, {
    hint: 'Stop it, or choose another directory with --directory.',
  });
}

function described(owner: OwnerNote | null): string {
  return owner === null
    ? 'one that left no name'
    : `process ${owner.pid} of ${owner.host}${owner.boot === bootId() ? '' : ', another machine or container'}`;
}

/** Whether the owner still runs; `unknown` where it cannot be asked for from here. */
function stateOf(owner: OwnerNote | null): 'runs' | 'gone' | 'unknown' {
  // Machines may have the same name, and their first processes the same numbers.
  if (owner === null || owner.boot === '' || owner.boot !== bootId()) return 'unknown';
  const state = ownerOf(owner.name);
  return state === 'gone' && isHidden(owner.pid) ? 'unknown' : state;
}

/** True for a process of somebody else, of whom the system shows nothing more. */
function isHidden(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemErrorCode(error) === 'EPERM';
  }
}

/** True when a lock changes within so many ms. */
async function isRenewed(lock: string, silentMs: number): Promise<boolean> {
  const first = await renewedNs(lock);
  const endMs = performance.now() + silentMs;
  while (performance.now() < endMs) {
    await after(Math.min(silentMs / 20, 250));
    const now = await renewedNs(lock);
    if (now === null) return false;
    if (now !== first) return true;
  }
  return false;
}

/** When a lock was renewed, by the clock of its owner; null when there is none. */
async function renewedNs(lock: string): Promise<bigint | null> {
  try {
    return (await stat(lock, { bigint: true })).mtimeNs;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** Tells one start of a machine from any other of any machine; nothing where the system does not say. */
function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

interface OwnerNote {
  name: string;
  host: string;
  pid: number;
  boot: string;
}

/** What the owner of a directory has left there, or null. */
async function ownerNote(path: string): Promise<OwnerNote | null> {
  try {
    const { name, host, pid, boot } = JSON.parse(await readFile(path, 'utf8')) as Partial<OwnerNote>;
    return typeof name === 'string' &&
      typeof host === 'string' &&
      typeof pid === 'number' &&
      typeof boot === 'string'
      ? { name, host, pid, boot }
      : null;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || error instanceof SyntaxError) return null;
    throw error;
  }
}
