import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from 'nx-gguf/store';
import { startTestServer, type TestServer } from '../testing/running-server.js';

const day = 86_400_000;
const year = 365 * day;
const texts = Array.from({ length: 20 }, (_, index) => `${index}`.padEnd(100, '.'));

const filled = async (server: TestServer): Promise<void> => {
  for (const body of texts.slice(0, 3))
    expect((await server.send('PUT', `/cas/${sha256(body)}`, { body })).status).toBe(201);
};
const blobsIn = ({ directory }: TestServer): number =>
  readdirSync(join(directory, 'blobs'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[0-9a-f]{64}$/.test(name),
  ).length;

describe('the age of what is kept', () => {
  it.each([
    ['forwards', 10 * year],
    ['backwards', -10 * year],
  ])('is not that of a clock that jumps %s, while it runs or before a restart', async (_where, jump) => {
    let [time, wall] = [0, Date.now()];
    const now = (): number => time;
    const start = (directory?: string): Promise<TestServer> =>
      startTestServer({}, { now, wall: () => wall, ...(directory === undefined ? {} : { directory }) });
    const first = await start();
    await filled(first);
    wall += jump;
    await first.server.upkeep();
    expect(blobsIn(first)).toBe(3);
    await first.stop();
    wall += jump;
    const second = await start(first.directory);
    expect(blobsIn(second)).toBe(3);
    // What is put, and asked for, while the clock is wrong is as old as all else when it is right again.
    const late = texts[5] ?? '';
    await second.send('PUT', `/cas/${sha256(late)}`, { body: late });
    await second.send('GET', `/cas/${sha256(texts[0] ?? '')}`);
    wall -= 2 * jump;
    time += 29 * day;
    for (let pass = 0; pass < 10; pass++) await second.server.upkeep();
    expect(blobsIn(second)).toBe(4);
    time += 2 * day;
    for (let pass = 0; pass < 10; pass++) await second.server.upkeep();
    expect(blobsIn(second)).toBe(0);
  });

  it('goes on after a restart where it was', async () => {
    let time = 0;
    const first = await startTestServer({}, { now: () => time, wall: Date.now });
    await filled(first);
    time += 20 * day;
    await first.stop();
    const second = await startTestServer({}, { directory: first.directory, now: () => time, wall: Date.now });
    expect(blobsIn(second)).toBe(3);
    time += 11 * day;
    await second.server.upkeep();
    expect(blobsIn(second)).toBeLessThan(3);
  });

  it('ends the stay of a tenth of all at a time, whatever the times of the files say', async () => {
    const server = await startTestServer();
    for (const body of texts) await server.send('PUT', `/cas/${sha256(body)}`, { body });
    const setBack = (then: Date): void => {
      for (const folder of ['blobs', 'spaces'])
        for (const name of readdirSync(join(server.directory, folder), { recursive: true, encoding: 'utf8' }))
          if (/[0-9a-f]{64}/.test(name)) utimesSync(join(server.directory, folder, name), then, then);
    };
    setBack(new Date(0));
    const left: number[] = [];
    for (let pass = 0; pass < 3; pass++) {
      await server.server.upkeep();
      left.push(blobsIn(server));
    }
    expect(left).toEqual([18, 17, 16]);
    // Of a time to come: they count as used now, and get old from now on.
    setBack(new Date(Date.now() + year));
    await server.server.upkeep();
    expect(blobsIn(server)).toBe(16);
    expect(server.server.service.cache.space.usedBytes()).toBe(1600);
  });
});
