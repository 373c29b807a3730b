import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tokenOf, recordOf } from '../auth/token.js';
import { readTokens } from '../auth/token-file.js';
import { tokenFile } from '../start.js';
import { temporaryDirectory } from '../testing/running-server.js';
import { runCommand } from './command.js';
import { firstToken } from './first-token.js';

const secret = /nxg_[0-9a-f]{8}_[\w-]{43}/;

/** All that a server prints and logs from its start to its end. */
async function printedBy(directory: string, isTerminal: boolean): Promise<string> {
  const config = join(temporaryDirectory(), 'config.json');
  writeFileSync(config, JSON.stringify({ port: 0, logLevel: 'debug', directory }));
  const printed: string[] = [];
  const exitCode = await runCommand(['--config', config], {
    env: {},
    cwd: '/',
    print: (text) => printed.push(text),
    isTerminal,
    nowMs: Date.now,
    stopped: Promise.resolve(),
    logTo: { write: (line: string) => printed.push(line) } as unknown as NodeJS.WritableStream,
  });
  expect(exitCode).toBe(0);
  return printed.join('\n');
}

async function isKnown(directory: string, token: string): Promise<boolean> {
  const found = tokenOf(`Bearer ${token.trim()}`);
  const records = await readTokens(tokenFile(directory));
  return found !== null && recordOf(found, records ?? [], Date.now()) !== null;
}

describe('the token of the first start', () => {
  it('is not in what a service prints, but in a file that only its owner may read', async () => {
    const directory = temporaryDirectory();
    const printed = await printedBy(directory, false);
    expect(printed).not.toMatch(/nxg_/);
    const path = join(directory, 'first-token');
    expect(printed).toContain(path);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await isKnown(directory, readFileSync(path, 'utf8'))).toBe(true);
    expect(await printedBy(directory, false)).not.toContain('first-token');
  });

  it('is shown on a terminal, once, and kept nowhere', async () => {
    const directory = temporaryDirectory();
    const printed = await printedBy(directory, true);
    expect(await isKnown(directory, secret.exec(printed)?.[0] ?? '')).toBe(true);
    expect(statSync(join(directory, 'first-token'), { throwIfNoEntry: false })).toBeUndefined();
    expect(await printedBy(directory, true)).not.toMatch(secret);
  });

  it('is not written through a link, nor into a file of others, that is there before', async () => {
    const directory = temporaryDirectory();
    const elsewhere = join(temporaryDirectory(), 'elsewhere');
    writeFileSync(elsewhere, 'before', { mode: 0o644 });
    symlinkSync(elsewhere, join(directory, 'first-token'));
    mkdirSync(join(directory, 'blobs'));
    await firstToken(directory, false);
    expect(readFileSync(elsewhere, 'utf8')).toBe('before');
    expect(statSync(join(directory, 'first-token')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(directory, 'first-token'), 'utf8')).toMatch(secret);
  });
});
