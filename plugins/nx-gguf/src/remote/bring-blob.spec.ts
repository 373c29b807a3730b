import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { sha256 } from '../core/digest.js';
import { downloadsDirectory } from '../store/downloads.js';
import type { StoreLayout } from '../store/layout.js';
import { adoptBytes, leftovers, temporaryStore } from '../store/testing/temporary-store.js';
import { partialPath } from '../store/downloads.js';
import { bringBlob, type WantedBlob } from './bring-blob.js';
import { RemoteFailure, type RemoteStore } from './remote-store.js';
import { guard, type Guard } from './testing/guard.js';
import { memoryRemote, type MemoryRemote } from './testing/memory-remote.js';

const bytes = randomBytes(700_000);
const wanted: WantedBlob = { name: 'model.gguf', sha256: sha256(bytes), sizeBytes: bytes.length };
let store: StoreLayout;

beforeEach(() => {
  store = temporaryStore();
});

/** A remote that has these bytes under the digest that is wanted. */
function having(content: Buffer | null): MemoryRemote {
  const remote = memoryRemote();
  if (content !== null) remote.blobs.set(wanted.sha256, content);
  return remote;
}

const bring = (...remotes: readonly Guard[]) =>
  bringBlob(wanted, remotes, { store, report: () => undefined, signal: undefined, onBytes: () => undefined });
const brought = (): Buffer => readFileSync(store.blob(wanted.sha256));

/** What an earlier process received. */
function received(part: Uint8Array): void {
  const path = partialPath(store, { sha256: wanted.sha256, gitOid: null });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, part);
}

/** A remote whose transfers break after so many bytes each. */
function breaking(afterBytes: number): RemoteStore & { asked: number[] } {
  const remote = having(bytes);
  const asked: number[] = [];
  return {
    ...remote,
    asked,
    readBlob: async (digest, fromBytes, signal) => {
      asked.push(fromBytes);
      const answer = await remote.readBlob(digest, fromBytes, signal);
      return (
        answer && {
          ...answer,
          bytes: (async function* () {
            let sent = 0;
            for await (const chunk of answer.bytes) {
              yield chunk.subarray(0, afterBytes - sent);
              sent += chunk.length;
              if (sent >= afterBytes) throw new RemoteFailure('unavailable', 'it broke');
            }
          })(),
        }
      );
    },
  };
}

describe('a blob', () => {
  it('comes from the first remote that has it', async () => {
    const [none, near, far] = [
      guard(having(null)),
      guard(having(bytes)),
      guard(having(Buffer.from('never asked'))),
    ];
    await expect(bring(none, near, far)).resolves.toBe(near);
    expect(brought().equals(bytes)).toBe(true);
    expect(leftovers(store)).toEqual([]);
  });

  it('is not asked for when it is here', async () => {
    await adoptBytes(store, bytes);
    const remote = having(bytes);
    await expect(bring(guard(remote))).resolves.toBe('store');
    expect(remote.sentBytes()).toBe(0);
  });

  it('that no remote has is told to be nowhere', async () => {
    await expect(bring(guard(having(null)), guard(having(null)))).resolves.toBeNull();
    await expect(bring()).resolves.toBeNull();
  });

  it('without bytes is asked of nobody', async () => {
    const empty = { name: 'empty', sha256: sha256(''), sizeBytes: 0 };
    await bringBlob(empty, [guard(memoryRemote())], {
      store,
      report: () => undefined,
      signal: undefined,
      onBytes: () => undefined,
    });
    expect(readFileSync(store.blob(empty.sha256))).toHaveLength(0);
  });
});

describe('a transfer', () => {
  it('that a killed process began goes on where it stopped', async () => {
    received(bytes.subarray(0, 600_000));
    const remote = having(bytes);
    await bring(guard(remote));
    expect(remote.sentBytes()).toBe(100_000);
    expect(brought().equals(bytes)).toBe(true);
  });

  it('that a killed process had finished needs nobody', async () => {
    received(bytes);
    const remote = having(bytes);
    await bring(guard(remote));
    expect(remote.sentBytes()).toBe(0);
    expect(brought().equals(bytes)).toBe(true);
  });

  it('begins again when what was left of it is wrong', async () => {
    received(randomBytes(600_000));
    const remote = guard(having(bytes));
    await expect(bring(remote)).resolves.toBe(remote);
    expect(brought().equals(bytes)).toBe(true);
    expect(remote.warnings()).toEqual([]);
  });

  it('that breaks goes on, from the same remote and then from the next', async () => {
    const broken = breaking(200_000);
    const [near, far] = [guard(broken), guard(having(bytes))];
    await expect(bring(near, far)).resolves.toBe(far);
    expect(broken.asked).toEqual([0, 200_000, 400_000]);
    expect(brought().equals(bytes)).toBe(true);
  });

  it('takes bytes from the start when a remote cannot do otherwise', async () => {
    received(bytes.subarray(0, 600_000));
    const remote = having(bytes);
    const whole: RemoteStore = {
      ...remote,
      readBlob: (digest, _from, signal) => remote.readBlob(digest, 0, signal),
    };
    await bring(guard(whole));
    expect(brought().equals(bytes)).toBe(true);
  });
});

describe('wrong bytes', () => {
  it.each<[string, Buffer]>([
    ['one that is flipped', Buffer.from(bytes.map((byte, index) => (index === 400_000 ? byte ^ 1 : byte)))],
    ['too few', bytes.subarray(0, 699_999)],
    ['too many', Buffer.concat([bytes, Buffer.from('x')])],
    ['none', Buffer.alloc(0)],
    ['others', randomBytes(bytes.length)],
  ])('(%s) are refused and reported, and the next remote is asked', async (_, content) => {
    const [liar, honest] = [
      guard(having(content), { store, name: 'liar' }),
      guard(having(bytes), { store, name: 'honest' }),
    ];
    await expect(bring(liar, honest)).resolves.toBe(honest);
    expect(brought().equals(bytes)).toBe(true);
    expect(liar.warnings()).toEqual([expect.stringMatching(/^liar: .*model\.gguf.*; refused$/)]);
    await expect(liar.reads()).resolves.toBe(true);
  });

  it('from everywhere leave nothing', async () => {
    await expect(bring(guard(having(randomBytes(bytes.length)), { store }))).resolves.toBeNull();
    expect(existsSync(store.blob(wanted.sha256))).toBe(false);
    expect(leftovers(store)).toEqual([]);
    expect(existsSync(partialPath(store, { sha256: wanted.sha256, gitOid: null }))).toBe(false);
    expect(downloadsDirectory(store)).toContain(store.root);
  });

  it('are not asked for again', async () => {
    const remote = having(randomBytes(bytes.length));
    const liar = guard(remote, { store });
    await bring(liar);
    const sent = remote.sentBytes();
    await bring(liar);
    expect(remote.sentBytes()).toBe(sent);
  });
});

it('what goes wrong on this machine is no fault of the remote', async () => {
  mkdirSync(partialPath(store, { sha256: wanted.sha256, gitOid: null }), { recursive: true });
  const remote = guard(having(bytes));
  await expect(bring(remote)).rejects.toMatchObject({ code: 'EISDIR' });
  expect(remote.warnings()).toEqual([]);
});
