import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { manifestText } from '../../store/actions.js';
import {
  adoptBytes,
  flipBit,
  idOf,
  manifestOf,
  temporaryDirectory,
  temporaryStore,
} from '../../store/testing/temporary-store.js';
import { offeredBlob } from '../offered-blob.js';
import type { OfferedBlob, RemoteBytes, RemoteStore } from '../remote-store.js';

const { signal } = new AbortController();
setMaxListeners(0, signal);
/** More than what is sent in one piece anywhere. */
const largeBytes = (20 << 20) + 17;

/** Bytes as they are offered from a file of a store. */
export function offered(bytes: Uint8Array): OfferedBlob {
  const path = join(temporaryDirectory(), 'blob');
  writeFileSync(path, bytes);
  const blob = { name: 'a blob', path, sha256: sha256(bytes), sizeBytes: bytes.length };
  return offeredBlob(blob, { store: temporaryStore() });
}

/** All of what a remote sends, which has to begin where it says. */
export async function bytesFrom(answer: RemoteBytes | null, fromBytes: number): Promise<Buffer | null> {
  if (answer === null) return null;
  expect(answer.fromBytes).toBeLessThanOrEqual(fromBytes);
  const parts: Uint8Array[] = [];
  for await (const part of answer.bytes) parts.push(part);
  return Buffer.concat(parts).subarray(fromBytes - answer.fromBytes);
}

/** What every remote does; the same rules for each kind. */
export function itIsARemote(open: () => Promise<RemoteStore>): void {
  let remote: RemoteStore;
  const read = async (bytes: Uint8Array, fromBytes = 0): Promise<Buffer | null> =>
    bytesFrom(await remote.readBlob(sha256(bytes), fromBytes, signal), fromBytes);
  const write = (bytes: Uint8Array): Promise<void> => remote.writeBlob(offered(bytes), signal);

  beforeAll(async () => {
    remote = await open();
  });
  afterAll(async () => {
    await remote.close();
  });

  it('has nothing that was not put into it', async () => {
    const nobody = randomBytes(10);
    await expect(remote.hasBlob(sha256(nobody), signal)).resolves.toBe(false);
    await expect(read(nobody)).resolves.toBeNull();
    await expect(remote.readAction(sha256(nobody), signal)).resolves.toBeNull();
  });

  it.each([
    ['no bytes', 0],
    ['one byte', 1],
    ['a chunk and one byte', (64 << 10) + 1],
    ['more than one piece', largeBytes],
  ])('gives back %s', async (_, size) => {
    const bytes = randomBytes(size);
    await write(bytes);
    await expect(remote.hasBlob(sha256(bytes), signal)).resolves.toBe(true);
    expect((await read(bytes))?.equals(bytes)).toBe(true);
  });

  it('gives the rest of a blob from any place', async () => {
    const bytes = randomBytes(300_000);
    await write(bytes);
    for (const from of [1, 65_536, 299_999])
      expect((await read(bytes, from))?.equals(bytes.subarray(from))).toBe(true);
  });

  it('takes the same blob again, and at the same time', async () => {
    const bytes = randomBytes(200_000);
    await Promise.all(Array.from({ length: 4 }, () => write(bytes)));
    await write(bytes);
    expect((await read(bytes))?.equals(bytes)).toBe(true);
  });

  it.each([
    ['small', 200_000],
    ['large', largeBytes],
  ])('shows nothing of a %s blob whose sender fails, and takes it afterwards', async (_, size) => {
    const bytes = randomBytes(size);
    const whole = offered(bytes);
    const failing: OfferedBlob = {
      ...whole,
      read: async function* (from) {
        let sent = 0;
        for await (const part of whole.read(from)) {
          if (sent > 0 && sent + part.length > size / 2) throw new Error('the sender fails');
          sent += part.length;
          yield part.subarray(0, 100_000);
        }
        throw new Error('the sender fails');
      },
    };
    await expect(remote.writeBlob(failing, signal)).rejects.toThrow();
    await expect(remote.hasBlob(whole.sha256, signal)).resolves.toBe(false);
    await expect(read(bytes)).resolves.toBeNull();
    await write(bytes);
    expect((await read(bytes))?.equals(bytes)).toBe(true);
  });

  it.each([
    ['small', 3000],
    ['large', largeBytes],
  ])('never has a %s blob that is damaged where it comes from', async (_, size) => {
    const bytes = randomBytes(size);
    const store = temporaryStore();
    const id = await adoptBytes(store, bytes);
    flipBit(store.blob(id.sha256), size - 1);
    const damaged = offeredBlob({ name: 'a blob', path: store.blob(id.sha256), ...id }, { store });
    await expect(remote.writeBlob(damaged, signal)).rejects.toMatchObject({ code: 'BLOB_DAMAGED' });
    await expect(remote.hasBlob(id.sha256, signal)).resolves.toBe(false);
  });

  it('gives back manifests byte for byte, the one that was written last', async () => {
    await write(Buffer.from('ä text'));
    const manifest = manifestOf({ 'ä.txt': 'ä text' }, { actionKey: sha256(randomBytes(10)) });
    for (const facts of [{ note: 'first' }, { note: 'ü'.repeat(300_000) }]) {
      const text = manifestText({ ...manifest, facts });
      await remote.writeAction(manifest.actionKey, text, signal);
      await expect(remote.readAction(manifest.actionKey, signal)).resolves.toBe(text);
    }
    expect(manifest.files).toEqual([{ name: 'ä.txt', ...idOf('ä text') }]);
  });

  it('serves many at once', async () => {
    const blobs = Array.from({ length: 16 }, () => randomBytes(50_000));
    await Promise.all(blobs.map(write));
    const back = await Promise.all(blobs.map((bytes) => read(bytes)));
    expect(back.map((bytes, index) => bytes?.equals(blobs[index] ?? Buffer.alloc(0)))).toEqual(
      blobs.map(() => true),
    );
  });

  it('stops a transfer when it is told to', async () => {
    const bytes = randomBytes(largeBytes);
    const stop = new AbortController();
    const whole = offered(bytes);
    const stopping: OfferedBlob = {
      ...whole,
      read: async function* (from) {
        for await (const part of whole.read(from)) {
          yield part;
          stop.abort(new Error('stopped'));
        }
      },
    };
    await expect(remote.writeBlob(stopping, stop.signal)).rejects.toThrow();
    await expect(remote.hasBlob(whole.sha256, signal)).resolves.toBe(false);
  });
}
