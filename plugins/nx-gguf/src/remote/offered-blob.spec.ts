import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { offeredBlob } from './offered-blob.js';

it.each([0, 1, (64 << 10) + 1, (2 << 20) + 5])(
  '%i bytes are told in pieces, each before it is sent',
  async (size) => {
    const bytes = Buffer.alloc(size, 'abc');
    const path = join(temporaryDirectory(), 'blob');
    writeFileSync(path, bytes);
    const told: number[] = [];
    const sent: Uint8Array[] = [];
    const blob = offeredBlob(
      { name: 'blob', path, sha256: sha256(bytes), sizeBytes: size },
      { store: temporaryStore(), onBytes: (count) => told.push(count) },
    );
    for await (const piece of blob.read(0)) {
      sent.push(piece);
      expect(told).toHaveLength(sent.length);
    }
    expect(Buffer.concat(sent)).toEqual(bytes);
    expect(Math.max(0, ...told)).toBeLessThanOrEqual(64 << 10);
  },
);
