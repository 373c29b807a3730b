import { tmpdir } from 'node:os';
import { mayPass, runGit } from './git.js';

describe('failures of git and git-lfs that may pass', () => {
  it.each<[string, boolean]>([
    ['fatal: unable to access: The requested URL returned error: 429', true],
    ['fatal: unable to access: The requested URL returned error: 503', true],
    ['batch response: Rate limit exceeded: https://example.org/objects/batch', true],
    ['LFS: Fatal error: Server error https://example.org/x from HTTP 503', true],
    ['LFS: Client error https://example.org/x from HTTP 429', true],
    ['fatal: unable to access: The requested URL returned error: 403', false],
    ['LFS: Client error https://example.org/x from HTTP 403', false],
    ['batch response: This repository is over its data quota.', false],
  ])('%s', (line, expected) => {
    expect(mayPass(line)).toBe(expected);
  });
});

it.each([
  ['ext::sh -c exit', 'ext'],
  ['fd::0', 'fd'],
  ['other::x', 'other'],
  ['ftp://127.0.0.1:1/x', 'ftp'],
])('git itself does not reach %s, wherever it met that address', async (address, transport) => {
  const run = { args: ['ls-remote', address], directory: tmpdir() };
  await expect(runGit(run, { env: { PATH: process.env['PATH'] }, signal: undefined })).rejects.toMatchObject({
    code: 'GIT_FAILED',
    tail: [expect.stringContaining(`transport '${transport}' not allowed`)],
  });
});
