import { existsSync, readFileSync, renameSync } from 'node:fs';
import { sha256 } from '../core/digest.js';
import { outsideState, type OutsideState } from '../files/file-state.js';
import { unprivileged } from '../files/testing/unprivileged.js';
import { checkedBlob } from './blobs.js';
import type { StoreLayout } from './layout.js';
import { quarantineBlob, quarantined } from './quarantine.js';
import { adopt, flipBit, idOf, put, temporaryStore } from './testing/temporary-store.js';
import { storeUsage } from './usage.js';

const text = 'tensor data '.repeat(100);
const id = idOf(text);

async function stateOf(layout: StoreLayout): Promise<OutsideState> {
  const state = await outsideState(layout.blob(id.sha256));
  if (state === null) throw new Error('no blob');
  return state;
}

describe('quarantineBlob', () => {
  it('moves a damaged blob away, once, and removes its record', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    flipBit(layout.blob(id.sha256));
    const damaged = readFileSync(layout.blob(id.sha256), 'utf8');
    const seen = await stateOf(layout);
    await expect(quarantineBlob(layout, id.sha256, seen)).resolves.toBe('moved');
    await expect(quarantineBlob(layout, id.sha256, seen)).resolves.toBe('gone');
    await expect(checkedBlob(layout, id)).resolves.toBeNull();
    expect(existsSync(layout.blobRecord(id.sha256))).toBe(false);
    expect(readFileSync(layout.quarantined(id.sha256), 'utf8')).toBe(damaged);
    await expect(storeUsage(layout)).resolves.toMatchObject({
      blobs: 0,
      quarantined: 1,
      quarantinedBytes: text.length,
    });
  });

  it('lets several processes find the same damage at once', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const seen = await stateOf(layout);
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, () => quarantineBlob(layout, id.sha256, seen)),
    );
    expect(outcomes.filter((outcome) => outcome === 'moved')).toHaveLength(1);
    expect(existsSync(layout.quarantined(id.sha256))).toBe(true);
  });

  it('leaves a sound blob that was put in its place meanwhile', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const seen = await stateOf(layout);
    renameSync(put(`${layout.root}/work/sound`, text), layout.blob(id.sha256));
    await expect(quarantineBlob(layout, id.sha256, seen)).resolves.toBe('gone');
    await expect(checkedBlob(layout, id)).resolves.toBe(layout.blob(id.sha256));
  });

  it('takes a second damaged blob of the same digest', async () => {
    const layout = temporaryStore();
    for (const byte of [3, 700]) {
      await adopt(layout, text);
      flipBit(layout.blob(id.sha256), byte);
      await expect(quarantineBlob(layout, id.sha256, await stateOf(layout))).resolves.toBe('moved');
    }
    await expect(storeUsage(layout)).resolves.toMatchObject({ quarantined: 1 });
  });

  it('leaves a blob that this user may not move where it is', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const seen = await stateOf(layout);
    const read = { sha256: id.sha256, found: sha256('other'), seen };
    const error = await unprivileged(() => quarantined(layout, read));
    expect(error.hint).toContain('its owner removes it');
    expect(existsSync(layout.blob(id.sha256))).toBe(true);
  });
});

describe('quarantined', () => {
  it('names the file, its digest and what was read', async () => {
    const layout = temporaryStore();
    await adopt(layout, text);
    const seen = await stateOf(layout);
    const found = sha256('other');
    const error = await quarantined(layout, { sha256: id.sha256, name: 'm-Q6_K.gguf', found, seen });
    expect(error).toMatchObject({ code: 'BLOB_DAMAGED' });
    for (const part of ['m-Q6_K.gguf', id.sha256, found]) expect(error.message).toContain(part);
    expect(error.hint).toContain(layout.quarantine);
    const unread = await quarantined(layout, { sha256: id.sha256, found: null, seen });
    expect(unread.message).toContain('the disk cannot read it');
  });
});
