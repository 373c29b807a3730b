import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { createToken, repository, scratchDirectory, startServerProcess } from './support/server-process.js';

const mib = 1 << 20;
const mostResidentBytes = 200 * mib;

/** Resident memory of a process at its highest so far, in bytes. */
function peakBytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1024;
}

/** Writes a file in which no two parts are alike; its sha256. */
function writeLargeFile(path: string, sizeBytes: number): string {
  const part = randomBytes(mib);
  const hash = createHash('sha256');
  const handle = openSync(path, 'w');
  for (let at = 0; at < sizeBytes; at += part.length) {
    part.writeDoubleLE(at);
    hash.update(part);
    writeSync(handle, part);
  }
  closeSync(handle);
  return hash.digest('hex');
}

(process.platform === 'linux' ? describe : describe.skip)('a server and its clients', () => {
  it('many at once: read and write without an error while it evicts, in memory that does not grow', async () => {
    const { stdout } = await execa(
      process.execPath,
      [join(repository, 'tools/bench/load-server.mjs'), '0.25', '16'],
      { stdin: 'ignore', timeout: 110_000 },
    );
    expect(JSON.parse(stdout)).toMatchObject({ clients: 16, evictedMeanwhile: expect.any(Number) as number });
  }, 120_000);

  it('take a file larger than their memory may be', async () => {
    const scratch = scratchDirectory();
    const directory = join(scratch, 'server');
    const server = await startServerProcess(directory);
    const env = { NX_GGUF_REMOTE: server.url, NX_GGUF_REMOTE_TOKEN: await createToken(directory) };
    const share = async (...args: string[]): Promise<number> =>
      Number(
        (
          await execa(
            process.execPath,
            [
              join(import.meta.dirname, 'support/share-file.mjs'),
              join(repository, 'plugins/nx-gguf/build'),
              ...args,
            ],
            { env, stdin: 'ignore' },
          )
        ).stdout,
      );
    mkdirSync(join(scratch, 'a'));
    const sizeBytes = 600 * mib;
    const sha256 = writeLargeFile(join(scratch, 'a/made'), sizeBytes);
    expect(await share(join(scratch, 'a'), 'put', join(scratch, 'a/made'))).toBeLessThan(mostResidentBytes);
    expect(await share(join(scratch, 'b'), 'get', sha256, String(sizeBytes))).toBeLessThan(mostResidentBytes);
    expect(existsSync(join(scratch, 'b/blobs', sha256.slice(0, 2), sha256))).toBe(true);
    expect(peakBytes(server.pid)).toBeLessThan(mostResidentBytes);
  }, 180_000);
});
