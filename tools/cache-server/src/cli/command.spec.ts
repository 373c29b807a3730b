import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './command.js';

async function run(...argv: readonly string[]): Promise<string> {
  const lines: string[] = [];
  const exitCode = await runCommand(argv, {
    env: {},
    cwd: '/',
    print: (text) => lines.push(text),
    isTerminal: false,
    nowMs: Date.now,
    stopped: Promise.resolve(),
    logTo: process.stderr,
  });
  expect(exitCode).toBe(0);
  return lines.join('\n');
}

describe('nx-gguf-cache-server', () => {
  it('explains itself', async () => {
    expect(await run('--help')).toContain('\n  nx-gguf-cache-server token create ');
  });

  it('prints the version of the package', async () => {
    const text = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
    expect(await run('--version')).toBe((JSON.parse(text) as { version: string }).version);
  });
});
