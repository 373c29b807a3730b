import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/** The present run of this machine, from its start on. */
export interface Boot {
  /** Another one for each machine, and for each start of it where the system names those. */
  id: string;
  /** Since when the machine runs, where its starts have no names; else 0. In ms since 1970. */
  startedMs: number;
}

let known: Boot | undefined;

/** The present run of this machine: as Linux names it, else by the time since it was started. */
export function presentBoot(): Boot {
  return (known ??= namedBoot() ?? {
    id: createHash('sha256').update(hostname()).digest('hex').slice(0, 16),
    startedMs: Date.now() - uptime() * 1000,
  });
}

function namedBoot(): Boot | null {
  try {
    const id = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return /^[0-9a-f-]{36}$/.test(id) ? { id, startedMs: 0 } : null;
  } catch {
    return null;
  }
}
