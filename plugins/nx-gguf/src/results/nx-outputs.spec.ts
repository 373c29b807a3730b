import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { adopt, manifestOf, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { findCarriedFile, leaveCarriedFile } from './nx-outputs.js';

const ref = { project: 'm', kind: 'kld', variant: 'v' } as const;

const bring = (): Promise<boolean> => Promise.resolve(false);

async function measured(
  text: string,
  place = { root: temporaryDirectory(), store: temporaryStore(), bring },
) {
  const id = await adopt(place.store, text);
  return {
    place,
    manifest: manifestOf({ 'kld.json': text }),
    file: { name: 'kld.json', ...id },
    path: join(place.root, 'dist/m/kld/v/kld.json'),
  };
}

describe('the small file of a target', () => {
  it('lies beside its manifest, and is found there when the store is lost', async () => {
    const { place, manifest, file, path } = await measured('{"a":1}\n');
    await leaveCarriedFile(ref, manifest, place);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
    rmSync(place.store.root, { recursive: true });
    expect(await findCarriedFile(ref, file, place)).toBe(path);
  });

  it.each([
    ['changed', '{"a":2}\n'],
    ['of another size', '{"a":11}\n'],
  ])('%s is not taken, and is written again', async (_, edited) => {
    const { place, manifest, file, path } = await measured('{"a":1}\n');
    await leaveCarriedFile(ref, manifest, place);
    writeFileSync(path, edited);
    expect(await findCarriedFile(ref, file, place)).toBeNull();
    await leaveCarriedFile(ref, manifest, place);
    expect(readFileSync(path, 'utf8')).toBe('{"a":1}\n');
  });

  it('of an older result does not stay beside a manifest whose bytes are elsewhere', async () => {
    const { place, manifest, path } = await measured('{"a":1}\n');
    await leaveCarriedFile(ref, manifest, place);
    await leaveCarriedFile(ref, manifestOf({ 'kld.json': '{"a":2}\n' }), place);
    expect(existsSync(path)).toBe(false);
  });

  it('comes from a remote when the result did, without the large files', async () => {
    const { place, path } = await measured('');
    const text = '{"a":3}\n';
    const asked: string[][] = [];
    await leaveCarriedFile(ref, manifestOf({ 'kld.json': text, 'large.gguf': 'x' }), {
      ...place,
      bring: async (files) => {
        asked.push(files.map(({ sha256: digest }) => digest));
        await adopt(place.store, text);
        return true;
      },
    });
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(asked).toEqual([[sha256(text)]]);
  });

  it('is none of the large ones', async () => {
    const { place, manifest, path } = await measured('{"a":1}\n');
    await leaveCarriedFile({ ...ref, kind: 'quantize' }, manifest, place);
    await leaveCarriedFile(ref, manifestOf({ 'other.json': '{"a":1}\n' }), place);
    expect(existsSync(path)).toBe(false);
  });
});
