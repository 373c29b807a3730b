import { deflateRawSync } from 'node:zlib';
import { seededRandom } from '../../core/seeded-random.js';
import { packPlane, unpackPlane } from './packed-plane.js';

const random = seededRandom(11);
const noise = Uint8Array.from({ length: 200_000 }, () => Math.floor(random() * 256));
const bell = Uint8Array.from({ length: 200_000 }, () => Math.floor((random() + random() + random()) * 40));

describe('a plane of bytes', () => {
  it.each([
    ['nothing', new Uint8Array(0), 0],
    ['one byte', Uint8Array.of(7), 1],
    ['zeros', new Uint8Array(100_000), 500],
    ['noise, which is kept as it is', noise, noise.length],
    ['little noise', noise.subarray(0, 1000), 1000],
    ['bytes of which some are more frequent', bell, bell.length * 0.85],
  ])('that holds %s comes back, and takes no more room than it did', async (_, plane, most) => {
    const packed = await packPlane(plane);
    expect(packed.length).toBeLessThanOrEqual(most);
    expect(Buffer.compare((await unpackPlane(packed, plane.length)) ?? Buffer.from('lost'), plane)).toBe(0);
  });

  it.each([
    ['of another length', deflateRawSync(Buffer.alloc(99)), 100],
    ['that would be longer', deflateRawSync(Buffer.alloc(1_000_000)), 100],
    ['from bytes that were never packed', Buffer.from('not deflated'), 100],
    ['from the beginning of what was packed', deflateRawSync(bell).subarray(0, -9), bell.length],
  ])('does not come back %s', async (_, packed, length) => {
    expect(await unpackPlane(packed, length)).toBeNull();
  });
});
