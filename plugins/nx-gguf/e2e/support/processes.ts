import { execFileSync } from 'node:child_process';

/** A process of this machine. */
export interface Running {
  pid: number;
  parent: number;
  group: number;
  rssBytes: number;
  args: string;
}

/** All processes whose command line holds some text. */
export function running(text: string): Running[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,pgid=,rss=,args='], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
    .split('\n')
    .flatMap((line) => {
      const [, pid, parent, group, rss, args = ''] =
        /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
      return pid === undefined || !args.includes(text)
        ? []
        : [
            {
              pid: Number(pid),
              parent: Number(parent),
              group: Number(group),
              rssBytes: Number(rss) * 1024,
              args,
            },
          ];
    });
}

/** Kills Nx and our executors, but not the tools, which go on as orphans. */
export function killParents(group: number): void {
  for (const line of execFileSync('ps', ['-A', '-o', 'pid=,pgid=,comm='], { encoding: 'utf8' }).split('\n')) {
    const [pid, pgid, command = ''] = line.trim().split(/\s+/);
    if (Number(pgid) === group && command.startsWith('node')) process.kill(Number(pid), 'SIGKILL');
  }
}

/** Waits until something is there. */
export async function until<T>(look: () => T | undefined, limitMs = 120_000): Promise<T> {
  for (let waitedMs = 0; waitedMs < limitMs; waitedMs += 20) {
    const found = look();
    if (found !== undefined) return found;
    await pause(20);
  }
  throw new Error(`not there after ${limitMs} ms: ${String(look)}`);
}

/** Waits for some time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
