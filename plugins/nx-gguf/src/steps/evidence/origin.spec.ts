import type { LockedSource } from '../../core/generated/lock.generated.js';
import type { Source } from '../../core/generated/source.generated.js';
import { originOf, publicAddress } from './origin.js';

const [a, b, commit] = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(40)];
const hub: Source = { type: 'huggingface', repository: 'me/model' };
const lockOf = (declared: Source, sha256: string): LockedSource => ({
  declared,
  commit,
  files: [{ path: 'x', sizeBytes: 1, sha256 }],
});

describe('originOf', () => {
  it.each<[string, { declared: Source; sha256: string; expected: string | null }]>([
    ['has the files', { declared: hub, sha256: a, expected: commit }],
    ['has other files', { declared: hub, sha256: b, expected: null }],
    [
      'has the archive that a member comes from',
      { declared: { ...hub, member: 'x/y' }, sha256: b, expected: commit },
    ],
  ])('of a lock that %s', (_, { declared, sha256, expected }) => {
    expect(
      originOf({ declared, locked: lockOf(declared, sha256), files: [{ sha256: a }], directory: 'models/m' })
        .commit,
    ).toBe(expected);
  });

  it('names the paths of its files there, of a member that of the archive', () => {
    const locked = {
      declared: hub,
      commit,
      files: [
        { path: 'a/x.gguf', sizeBytes: 1, sha256: a },
        { path: 'b/y.gguf', sizeBytes: 1, sha256: b },
      ],
    };
    expect(originOf({ declared: hub, locked, files: [{ sha256: b }], directory: 'm' }).paths).toEqual([
      'b/y.gguf',
    ]);
    expect(
      originOf({
        declared: { ...hub, member: 'z' },
        locked: lockOf(hub, b),
        files: [{ sha256: a }],
        directory: 'm',
      }).paths,
    ).toEqual(['x']);
    expect(
      originOf({ declared: hub, locked: lockOf(hub, b), files: [{ sha256: a }], directory: 'm' }).paths,
    ).toBeNull();
  });

  it('prefers the commit that was recorded when the files were brought', () => {
    expect(
      originOf({ declared: hub, locked: null, files: [{ sha256: a }], directory: 'models/m', commit }),
    ).toMatchObject({ type: 'huggingface', repository: 'me/model', kind: 'model', commit });
  });

  it('says nothing of places on a machine', () => {
    for (const declared of [
      { type: 'path', path: '/srv/model' },
      { type: 'git', url: '/srv/model.git' },
      { type: 'git', url: 'file:///srv/model.git' },
      { type: 'git', url: String.raw`C:\models` },
    ] satisfies Source[]) {
      expect(
        Object.values(originOf({ declared, locked: null, files: [], directory: 'models/m' })).filter(
          (value) => value !== null,
        ),
      ).toEqual([declared.type]);
    }
  });

  it('keeps a program with its placeholders, and where it runs', () => {
    expect(
      originOf({
        declared: { type: 'command', command: ['node', 'make.mjs', '{output}'] },
        locked: null,
        files: [],
        directory: 'models/m',
      }),
    ).toMatchObject({ command: ['node', 'make.mjs', '{output}'], directory: 'models/m' });
  });
});

describe('publicAddress', () => {
  it.each([
    ['https://user:secret@example.org/a/b.gguf?token=secret#x', 'https://example.org/a/b.gguf'],
    ['git@example.org:me/model.git', 'ssh://example.org/me/model.git'],
    ['ssh://git@example.org:22/me/model.git', 'ssh://example.org:22/me/model.git'],
    ['../model', null],
    ['file:///srv/model.git', null],
  ])('%s', (url, address) => {
    expect(publicAddress(url)).toBe(address);
  });
});
