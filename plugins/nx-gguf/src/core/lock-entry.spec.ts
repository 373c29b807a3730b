import { prettyJson } from './json/canonical-json.js';
import type { Lock, LockedSource } from './generated/lock.generated.js';
import { lockText, withEntry } from './lock-entry.js';
import { parseAs } from './validate.js';

const entry = (commit: string, names: readonly string[]): LockedSource => ({
  declared: { type: 'git', url: 'https://example.org/m.git' },
  commit: commit.repeat(40),
  files: names.map((path) => ({ path, sizeBytes: 1, sha256: commit.repeat(64) })),
});
const lock = (commit: string, names: readonly string[]): Lock =>
  withEntry({ format: 1 }, 'source', entry(commit, names));
const plain = prettyJson(JSON.parse(JSON.stringify(lock('a', ['x', 'y']))) as never);

describe('the text of a lock', () => {
  it('is the same for equal locks', () => {
    expect(lockText(lock('a', ['x', 'y']))).toBe(plain);
    expect(lockText(lock('a', ['x', 'y']), JSON.stringify(lock('b', ['x'])))).toBe(plain);
  });

  it('keeps the comments of the one before', () => {
    const before = `// why it is pinned\n${plain.replace('"source"', '/* of today */ "source"')}`;
    const text = lockText(lock('b', ['x', 'y', 'z']), before);
    expect(parseAs('lock', text, 'model.lock.json')).toEqual(lock('b', ['x', 'y', 'z']));
    expect(text).toMatch(/^\/\/ why it is pinned\n/);
    expect(text).toContain('/* of today */ "source"');
    expect(lockText(lock('a', ['x', 'y']), before)).toBe(before);
  });

  it('is not made where comments would go', () => {
    const before = plain.replace(/"path": "y"/, '/* the tokenizer */ $&');
    expect(() => lockText(lock('b', ['x']), before)).toThrow(
      expect.objectContaining({
        code: 'LOCK_COMMENTS',
        message: expect.stringContaining('/* the tokenizer */') as string,
      }) as Error,
    );
  });
});
