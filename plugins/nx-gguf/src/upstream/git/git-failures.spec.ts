import { mayPass } from './git.js';

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
