import { join } from 'node:path';
import { execa } from 'execa';
import { repository } from './support/server-process.js';

describe('kill -9 of the server while clients put and read', () => {
  it('publishes nothing by halves, loses nothing that was acknowledged, and goes on', async () => {
    const { stdout } = await execa(
      process.execPath,
      [join(repository, 'tools/bench/kill-server.mjs'), '8', '20'],
      { stdin: 'ignore', timeout: 280_000 },
    );
    const counts = JSON.parse(stdout) as Record<string, number>;
    expect(counts).toMatchObject({ kills: 8 });
    expect(counts['acknowledgedBlobs']).toBeGreaterThan(30);
    expect(counts['resumedUploads']).toBeGreaterThan(0);
    expect(counts['resumedFetches']).toBeGreaterThan(0);
  }, 300_000);
});
