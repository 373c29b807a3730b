import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { processFileName } from 'nx-gguf/store';
import { startTestServer } from '../testing/running-server.js';

/** A name of a process that runs, of one that is gone, and of one on another machine. */
const running = processFileName();
const gone = running.replace(/-\d+-\d+-/, '-999999999-1-');
const elsewhere = `0123456789ab${running.slice(12)}`;

describe('what processes leave half-written', () => {
  it('is removed at the start and by the upkeep, wherever it is, when nobody will finish it', async () => {
    const first = await startTestServer();
    const places = (owner: string): string[] =>
      [
        `staging/${owner}`,
        `blobs/ab/${'a'.repeat(64)}.json.${owner}.tmp`,
        `spaces/trusted/actions/ab/${'a'.repeat(64)}.json.${owner}.tmp`,
        `uploads/${'b'.repeat(32)}.json.${owner}.tmp`,
      ].map((name) => join(first.directory, name));
    const leave = (): void => {
      for (const path of [gone, running, elsewhere].flatMap(places)) {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, 'half');
      }
    };
    const left = (): Record<string, boolean[]> =>
      Object.fromEntries(
        Object.entries({ gone, running, elsewhere }).map(([who, owner]) => [
          who,
          places(owner).map(existsSync),
        ]),
      );
    const [all, none] = [places(gone).map(() => true), places(gone).map(() => false)];
    leave();
    await first.server.upkeep();
    expect(left()).toEqual({ gone: none, running: all, elsewhere: all });
    leave();
    await first.stop();
    const hourAgo = new Date(Date.now() - 3_700_000);
    for (const path of places(elsewhere)) utimesSync(path, hourAgo, hourAgo);
    const second = await startTestServer({}, { directory: first.directory });
    expect(left()).toEqual({ gone: none, running: all, elsewhere: none });
    expect(second.server.service.cache.space.usedBytes()).toBe(0);
  });
});
