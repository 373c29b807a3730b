import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { extractMember } from './archive-member.js';
import { zipOf, type ZipMember } from './testing/zip.js';

let directory: string;
const text = Buffer.from('the text of the corpus\n'.repeat(5000));

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nx-gguf-archive-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function taken(archive: Buffer, member: string): Promise<Buffer> {
  await writeFile(join(directory, 'archive'), archive);
  await extractMember({
    archive: join(directory, 'archive'),
    name: 'a.zip',
    member,
    to: join(directory, 'out'),
  });
  return readFile(join(directory, 'out'));
}

async function told(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) =>
      `${(error as { code?: string }).code ?? 'none'}: ${(error as Error).message} ${(error as { hint?: string }).hint ?? ''}`,
  );
}

async function tarOf(gzip: boolean): Promise<Buffer> {
  const root = join(directory, 'tree');
  await mkdir(join(root, 'in'), { recursive: true });
  await writeFile(join(root, 'in/text.raw'), text);
  await writeFile(join(root, 'other'), 'x');
  await symlink('/etc/passwd', join(root, 'link'));
  await create({ file: join(directory, 'made.tar'), cwd: root, gzip }, ['in/text.raw', 'other', 'link']);
  return readFile(join(directory, 'made.tar'));
}

describe('zip', () => {
  const members: ZipMember[] = [
    { name: 'wikitext/wiki.test.raw', data: text },
    { name: 'wikitext/wiki.train.raw', data: Buffer.from('train'), isStored: true },
    { name: 'empty', data: Buffer.alloc(0) },
  ];

  it.each([
    ['wikitext/wiki.test.raw', text.length],
    ['wikitext/wiki.train.raw', 5],
    ['empty', 0],
  ])('%s', async (member, length) => {
    expect(await taken(zipOf(members), member)).toHaveLength(length);
  });

  it('writes only the member, whatever other names are', async () => {
    await taken(
      zipOf(
        [
          { name: 'a', data: text },
          { name: 'b/../b2', data: text },
        ].slice(0, 1),
      ),
      'a',
    );
    expect((await readdir(directory)).sort()).toEqual(['archive', 'out']);
  });

  it.each<[string, ZipMember[], RegExp]>([
    ['no such member', members, /MEMBER_MISSING.*holds no file "a".*wikitext\/wiki\.test\.raw/],
    [
      'two of that name',
      [
        { name: 'a', data: text },
        { name: 'a', data: text },
      ],
      /MEMBER_MISSING.*2 files named "a"/,
    ],
    ['a wrong CRC', [{ name: 'a', data: text, crc: 1 }], /ARCHIVE_DAMAGED.*CRC/],
    ['more bytes than announced', [{ name: 'a', data: text, announcedBytes: 10 }], /ARCHIVE_DAMAGED/],
    [
      'fewer bytes than announced',
      [{ name: 'a', data: text, announcedBytes: text.length + 1 }],
      /ARCHIVE_DAMAGED/,
    ],
    ['room for a bomb', [{ name: 'a', data: text, announcedBytes: 0xfffffffe }], /ARCHIVE_DAMAGED|DISK_FULL/],
    [
      'a name that leaves the directory',
      [{ name: '../a', data: text }],
      /ARCHIVE_DAMAGED.*invalid relative path/,
    ],
  ])('%s: a coded error, and no file', async (...[, given, message]) => {
    expect(await told(taken(zipOf(given), 'a'))).toMatch(message);
    expect(existsSync(join(directory, 'out'))).toBe(false);
  });

  it('a truncated archive', async () => {
    const whole = zipOf(members);
    expect(await told(taken(whole.subarray(0, whole.length - 30), 'empty'))).toMatch(/ARCHIVE_DAMAGED/);
  });
});

describe.each([
  ['tar', false],
  ['tar.gz', true],
])('%s', (_, isCompressed) => {
  it('takes a member', async () => {
    expect(await taken(await tarOf(isCompressed), 'in/text.raw')).toEqual(text);
  });

  it.each([
    ['absent', /MEMBER_MISSING.*"in\/text\.raw"/],
    ['link', /MEMBER_MISSING/],
  ])('%s is no file there', async (member, message) => {
    expect(await told(taken(await tarOf(isCompressed), member))).toMatch(message);
  });

  it('a truncated archive', async () => {
    const whole = await tarOf(isCompressed);
    expect(await told(taken(whole.subarray(0, Math.floor(whole.length / 3)), 'in/text.raw'))).toMatch(
      /ARCHIVE_DAMAGED/,
    );
    expect(existsSync(join(directory, 'out'))).toBe(false);
  });
});

it('refuses what is no archive', async () => {
  expect(await told(taken(Buffer.from('plain text'), 'a'))).toMatch(/ARCHIVE_UNKNOWN/);
  // A header alone: its data would fill any disk.
  const bomb = (await tarOf(false)).subarray(0, 512);
  bomb.write('77777777777\0', 124, 'latin1');
  bomb.fill(' ', 148, 156);
  const sum = bomb.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bomb.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  expect(await told(taken(bomb, 'in/text.raw'))).toMatch(/DISK_FULL|ARCHIVE_DAMAGED/);
  expect(existsSync(join(directory, 'out'))).toBe(false);
  expect(await told(taken(gzipSync('not a tar'), 'a'))).toMatch(/ARCHIVE_DAMAGED|MEMBER_MISSING/);
});
