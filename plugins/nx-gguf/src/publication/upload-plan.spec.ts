import type { PublishedFile } from '../core/generated/published.generated.js';
import { validate } from '../core/validate.js';
import { changesOf, planPublication, type Present, type PresentFile } from './upload-plan.js';
import { readRecord, recordFile, recordText } from './record.js';
import { publicationSentence, publicationTable } from './table.js';

const digest = (letter: string): string => letter.repeat(64);
const oid = (letter: string): string => letter.repeat(40);
const large = (path: string, letter = 'a'): PublishedFile => ({
  path,
  sizeBytes: 1000,
  sha256: digest(letter),
});
const small = (path: string, letter = 'a'): PublishedFile => ({
  path,
  sizeBytes: 10,
  sha256: digest(letter),
  gitOid: oid(letter),
});
/** As a hub lists them: of files in LFS the sha256, of others git's digest. */
const inLfs = (path: string, letter = 'a'): PresentFile => ({
  path,
  sizeBytes: 1000,
  sha256: digest(letter),
  gitOid: oid('f'),
});
const inGit = (path: string, letter = 'a'): PresentFile => ({
  path,
  sizeBytes: 10,
  sha256: null,
  gitOid: oid(letter),
});
const place = (files: PresentFile[], published: PublishedFile[] | null = null): Present => ({
  destination: 'there',
  exists: true,
  files,
  record: published === null ? null : readRecord(recordText(published)),
});

const plan = (
  wanted: PublishedFile[],
  present: Present,
  choices: { overwrite?: boolean; prune?: boolean } = {},
) => planPublication(wanted, present, { overwrite: false, prune: false, ...choices });
const decision = (...args: Parameters<typeof plan>) =>
  Object.fromEntries(
    plan(...args)
      .plan.files.filter(({ path }) => path !== recordFile)
      .map(({ path, action, because }) => [path, `${action}: ${because}`]),
  );

describe('what is done with a file, and why', () => {
  it.each<
    [string, PublishedFile[], Present, { overwrite?: boolean; prune?: boolean }, Record<string, string>]
  >([
    ['not there', [large('a.gguf')], place([]), {}, { 'a.gguf': 'add: it is not there' }],
    ['there by sha256', [large('a.gguf')], place([inLfs('a.gguf')]), {}, { 'a.gguf': 'keep: same bytes' }],
    [
      "there by git's digest",
      [small('README.md')],
      place([inGit('README.md')]),
      {},
      { 'README.md': 'keep: same bytes' },
    ],
    [
      'same digest, another size',
      [{ ...large('a.gguf'), sizeBytes: 999 }],
      place([inLfs('a.gguf')]),
      { overwrite: true },
      {
        'a.gguf':
          'replace: something else put it there, or changed it since it was published; overwrite was asked for',
      },
    ],
    [
      'published earlier with other bytes',
      [large('a.gguf', 'b')],
      place([inLfs('a.gguf')], [large('a.gguf')]),
      {},
      { 'a.gguf': 'replace: other bytes than published earlier' },
    ],
    [
      "somebody else's",
      [small('README.md', 'b')],
      place([inGit('README.md')]),
      {},
      { 'README.md': 'refuse: something else put it there, or changed it since it was published' },
    ],
    [
      'changed there since',
      [small('README.md', 'b')],
      place([inGit('README.md', 'c')], [small('README.md')]),
      {},
      { 'README.md': 'refuse: something else put it there, or changed it since it was published' },
    ],
    [
      'not wanted, not ours',
      [],
      place([inGit('notes.md')], []),
      { prune: true },
      { 'notes.md': 'keep: not published by nx-gguf' },
    ],
    [
      'not wanted any more',
      [],
      place([inLfs('a.gguf')], [large('a.gguf')]),
      {},
      { 'a.gguf': 'keep: published earlier, and no longer part of it; prune deletes it' },
    ],
    [
      'not wanted any more, and to be pruned',
      [],
      place([inLfs('a.gguf')], [large('a.gguf')]),
      { prune: true },
      { 'a.gguf': 'delete: published earlier, and no longer part of it' },
    ],
    [
      'not wanted any more, but changed there',
      [],
      place([inLfs('a.gguf', 'b')], [large('a.gguf')]),
      { prune: true, overwrite: true },
      { 'a.gguf': 'keep: published earlier, and changed there since' },
    ],
  ])('%s', (...[, wanted, present, choices, expected]) => {
    expect(decision(wanted, present, choices)).toEqual(expected);
  });
});

describe('the record', () => {
  it('is one of the files, and the same results change nothing', () => {
    const wanted = [large('a.gguf'), small('README.md')];
    const first = plan(wanted, place([]));
    expect(changesOf(first.plan).map(({ path }) => path)).toEqual(['README.md', 'a.gguf', recordFile]);
    const record = first.plan.files.find(({ path }) => path === recordFile);
    const there: PresentFile = {
      path: recordFile,
      sizeBytes: record?.sizeBytes ?? 0,
      sha256: record?.sha256 ?? null,
      gitOid: null,
    };
    const present = {
      ...place([inLfs('a.gguf'), inGit('README.md'), there]),
      record: readRecord(first.recordText),
    };
    expect(changesOf(plan([...wanted].reverse(), present).plan)).toEqual([]);
  });

  it('keeps what is kept, so that it can be pruned later', () => {
    expect(readRecord(plan([], place([inLfs('a.gguf')], [large('a.gguf')])).recordText)?.files).toEqual([
      large('a.gguf'),
    ]);
    expect(readRecord(plan([], place([inLfs('a.gguf', 'b')], [large('a.gguf')])).recordText)?.files).toEqual(
      [],
    );
  });

  it('of two that were there while a run was killed, the one that is there counts', () => {
    const present = place([inLfs('a.gguf', 'b')], [large('a.gguf'), large('a.gguf', 'b')]);
    expect(decision([large('a.gguf', 'c')], present)).toEqual({
      'a.gguf': 'replace: other bytes than published earlier',
    });
  });

  it('of another program is not overwritten', () => {
    const present = place([{ path: recordFile, sizeBytes: 2, sha256: digest('e'), gitOid: null }]);
    expect(plan([], present).plan.files).toMatchObject([{ path: recordFile, action: 'refuse' }]);
    expect(readRecord('{}')).toBeNull();
    expect(readRecord('not JSON')).toBeNull();
  });
});

it("a file that the destination itself needs otherwise is in the plan, and stays the destination's", () => {
  const { plan: made, recordText: text } = plan(
    [],
    { ...place([inGit('.gitattributes')]), amended: { path: '.gitattributes', text: '*\n', because: 'so' } },
    { prune: true },
  );
  expect(made.files[0]).toMatchObject({
    path: '.gitattributes',
    action: 'replace',
    sizeBytes: 2,
    because: 'so',
  });
  expect(readRecord(text)?.files).toEqual([]);
});

it('a plan fits its schema, and people can read it', () => {
  const { plan: made } = plan(
    [large('a.gguf', 'b'), small('README.md')],
    place([inLfs('a.gguf'), inGit('notes.md')], [large('a.gguf')]),
  );
  expect(validate('publish-plan', made, 'plan')).toBe(made);
  expect(
    publicationTable(made)
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ')),
  ).toEqual([
    '| | file | size | because |',
    '| :------ | :----------- | -----: | :--------------------------------- |',
    '| add | README.md | 10 B | it is not there |',
    '| replace | a.gguf | 1000 B | other bytes than published earlier |',
    '| keep | notes.md | 10 B | not published by nx-gguf |',
    '| add | nx-gguf.json | 414 B | it is not there |',
    expect.stringMatching(/^there: 2 to add, 1 to replace, 0 to delete, 1 to keep; /),
  ]);
  expect(publicationSentence({ ...made, files: [], isNew: true })).toBe(
    'there (to be made): nothing to change, 0 files are as they should be',
  );
});
