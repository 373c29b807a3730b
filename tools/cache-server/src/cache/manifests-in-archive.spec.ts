import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from 'nx-gguf/store';
import { manifestOf, manifestText } from '../testing/manifests.js';
import { nxArchive, temporaryDirectory } from '../testing/running-server.js';
import { blobsInArchive, type ArchiveLimits } from './manifests-in-archive.js';

const path = join(temporaryDirectory(), 'archive');
const limits: ArchiveLimits = { unpackedBytes: 10 << 20, members: 1000, manifestBytes: 1 << 20, ms: 600_000 };

async function blobsOf(archive: Buffer, changes: Partial<ArchiveLimits> = {}): Promise<string[]> {
  writeFileSync(path, archive);
  return (await blobsInArchive(path, { ...limits, ...changes })).map((blob) => blob.sha256);
}

/** Manifests with so many files each, all different. */
function manifests(count: number, filesEach: number): Promise<Buffer> {
  return nxArchive(
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => {
        const files = Array.from({ length: filesEach }, (_none, file) => ({
          name: `f${file}`,
          sha256: sha256(`${index} ${file}`),
          sizeBytes: 1,
        }));
        return [`m${index}/artifact.json`, manifestText(manifestOf({}, { files }))];
      }),
    ),
  );
}

describe('blobsInArchive', () => {
  it('names each blob once, of all manifests', async () => {
    const archive = await nxArchive({
      'a/artifact.json': manifestText(manifestOf({ one: '1', two: '2' })),
      'b/artifact.json': manifestText(manifestOf({ two: '2', three: '3' })),
      c: 'x',
    });
    expect(await blobsOf(archive)).toEqual(['1', '2', '3'].map((text) => sha256(text)));
  });

  it('takes a file that is too large to be a manifest for an ordinary one', async () => {
    expect(
      await blobsOf(await nxArchive({ 'artifact.json': manifestText(manifestOf({ one: '1' })) }), {
        manifestBytes: 100,
      }),
    ).toEqual([]);
  });

  it.each([
    [
      'unpacks to more than is taken',
      { archive: () => gzipSync(Buffer.alloc(11 << 20)), problem: /unpacks to more than/ },
    ],
    [
      'is packed in parts that unpack to more',
      {
        archive: () => Buffer.concat(Array.from({ length: 12 }, () => gzipSync(Buffer.alloc(1 << 20)))),
        problem: /unpacks to more than/,
      },
    ],
    [
      'has more members',
      {
        archive: () =>
          nxArchive(Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`f${index}`, '']))),
        problem: /more than 1000 members/,
      },
    ],
    [
      'has larger manifests in all',
      {
        archive: () => manifests(8, 8),
        changes: { manifestBytes: 2000 },
        problem: /manifests are larger than 8000 bytes/,
      },
    ],
    [
      'names more blobs',
      {
        archive: () => manifests(3, 7000),
        changes: { manifestBytes: 2 << 20 },
        problem: /more than 20000 blobs/,
      },
    ],
    [
      'takes longer',
      {
        archive: () => gzipSync(Buffer.alloc(200 << 20)),
        changes: { ms: 0, unpackedBytes: Infinity },
        problem: /takes longer than 0 ms/,
      },
    ],
  ] satisfies [
    string,
    { archive: () => Buffer | Promise<Buffer>; changes?: Partial<ArchiveLimits>; problem: RegExp },
  ][])('refuses an archive that %s', async (_what, { archive, problem, ...more }) => {
    await expect(blobsOf(await archive(), 'changes' in more ? more.changes : {})).rejects.toMatchObject({
      code: 'BAD_ARCHIVE',
      message: expect.stringMatching(problem) as string,
    });
  });
});
