import { pack, type Header } from 'tar-stream';
import { paddedText, tarBlock } from '../testing/tar-blocks.js';
import { readTar, type TarLimits } from './tar-members.js';

const limits: TarLimits = { members: 100, descriptionBytes: 10_000 };

/** The names and bytes of the files in an archive that comes in chunks of a size. */
async function files(tar: Buffer, chunkBytes = 700, within = limits): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  let last = '';
  async function* chunks(): AsyncGenerator<Buffer> {
    for (let at = 0; at < tar.length; at += chunkBytes)
      yield await Promise.resolve(tar.subarray(at, at + chunkBytes));
  }
  await readTar(chunks(), within, {
    wants: ({ name }) => {
      last = name;
      return !name.includes('unwanted');
    },
    use: (bytes) => void (found[last] = bytes.toString()),
  });
  return found;
}

async function packed(
  entries: readonly (Partial<Header> & { name: string; text?: string })[],
): Promise<Buffer> {
  const archive = pack();
  for (const { text = '', ...entry } of entries) archive.entry({ mtime: new Date(0), ...entry }, text);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

describe('readTar', () => {
  it.each([1, 511, 512, 513, 5000, 1 << 20])(
    'reads files, and passes by the rest, from chunks of %d bytes',
    async (chunkBytes) => {
      const tar = await packed([
        { name: 'dist/', type: 'directory' },
        { name: 'dist/empty' },
        { name: 'dist/a', text: 'x'.repeat(1300) },
        { name: 'dist/unwanted', text: 'y'.repeat(5000) },
        { name: 'dist/link', type: 'symlink', linkname: 'a' },
        { name: `${'long/'.repeat(60)}name`, text: 'z' },
        { name: 'ünïcode', text: 'ü' },
      ]);
      expect(await files(tar, chunkBytes)).toEqual({
        'dist/empty': '',
        'dist/a': 'x'.repeat(1300),
        [`${'long/'.repeat(60)}name`]: 'z',
        ünïcode: 'ü',
      });
    },
  );

  it('reads the long names of GNU, and sizes that eight bytes hold', async () => {
    const size = Buffer.alloc(12);
    size[0] = 0x80;
    size.writeBigUInt64BE(3n, 4);
    const tar = Buffer.concat([
      tarBlock({ name: '././@LongLink', type: 'L', size: (301).toString(8) }),
      paddedText(`${'n'.repeat(300)}\0`),
      tarBlock({ size }),
      paddedText('abc'),
      Buffer.alloc(1024),
    ]);
    expect(await files(tar)).toEqual({ ['n'.repeat(300)]: 'abc' });
  });

  it.each([
    ['the middle of a header', Buffer.alloc(100, 1), /middle/],
    ['the middle of a file', tarBlock({ size: '1000' }), /middle/],
    ['the middle of a file that is not wanted', tarBlock({ name: 'unwanted', size: '1000' }), /middle/],
    ['a header with another checksum', Buffer.concat([tarBlock({}).fill('y', 0, 1)]), /checksum/],
    ['a size that is no number', tarBlock({ size: 'hello' }), /size/],
    ['a size beyond all numbers', tarBlock({ size: Buffer.alloc(12, 0xff) }), /size/],
    [
      'a pax header that is none',
      Buffer.concat([tarBlock({ type: 'x', size: '10' }), paddedText('hello wo')]),
      /pax/,
    ],
    [
      'a pax header with a size that is none',
      Buffer.concat([tarBlock({ type: 'x', size: (12).toString(8) }), paddedText('12 size=abc\n')]),
      /size/,
    ],
    [
      'a pax header that says it is longer',
      Buffer.concat([tarBlock({ type: 'x', size: (8).toString(8) }), paddedText('99 a=bcd')]),
      /pax/,
    ],
  ])('refuses %s', async (_what, tar, problem) => {
    await expect(files(tar)).rejects.toThrow(problem);
  });

  it.each([
    ['a pax header of gigabytes', tarBlock({ type: 'x', size: '17777777777' })],
    ['a global pax header of gigabytes', tarBlock({ type: 'g', size: '17777777777' })],
    ['a long name of gigabytes', tarBlock({ type: 'L', size: '17777777777' })],
    [
      'many descriptions',
      Buffer.concat(
        Array.from({ length: 20 }, () =>
          Buffer.concat([tarBlock({ type: 'g', size: (1024).toString(8) }), paddedText(' '.repeat(1024))]),
        ),
      ),
    ],
  ])('refuses %s before it takes it', async (_what, tar) => {
    await expect(files(tar)).rejects.toThrow(/headers are larger/);
  });

  it.each([
    ['members', '0'],
    ['descriptions of no member', 'g'],
    ['names of no member', 'K'],
  ])('refuses more %s than it takes', async (_what, type) => {
    const tar = Buffer.concat(Array.from({ length: 101 }, () => tarBlock({ type })));
    expect(await files(tar.subarray(0, 100 * 512))).toBeDefined();
    await expect(files(tar)).rejects.toThrow('more than 100 members');
  });

  it('counts the maps of files with holes among the members', async () => {
    const sparse = tarBlock({ type: 'S' });
    sparse[482] = 1;
    const sum = sparse.reduce((total, byte, at) => total + (at >= 148 && at < 156 ? 0x20 : byte), 0);
    sparse.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const more = Buffer.alloc(512, 1);
    expect(
      await files(Buffer.concat([sparse, more, Buffer.alloc(512), tarBlock({ name: 'after' })])),
    ).toEqual({ after: '' });
    await expect(files(Buffer.concat([sparse, ...Array.from({ length: 200 }, () => more)]))).rejects.toThrow(
      'members',
    );
  });
});
