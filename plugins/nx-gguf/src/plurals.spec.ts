import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';

const nouns =
  'actions|blobs|chunks|entries|experts|files|items|layers|members|models|parts|results|rows|rules|tensors|threads|variants';
/** A count before a noun in the plural; "3 of 7 tensors" and "all 7 tensors" read well with 1 too. */
const plural = new RegExp(
  `(?<!\\bof |\\ball |\\bthe |\\bits )\\$\\{[^{}]*\\} (?:${nouns})\\b|\\w(?<!\\bhttp)\\(s\\)`,
  'g',
);
/** What asks before the count whether it is 1. */
const asksForOne = /=== 1\b|> 1\b|isSingle/;

/** The texts of a source that put a count before a plural, and do not ask whether it is 1. */
function countsBeforePlurals(source: string): string[] {
  return [...source.matchAll(plural)]
    .filter(({ index }) => !asksForOne.test(source.slice(Math.max(0, index - 120), index)))
    .map(([text]) => text);
}

it('a count and its noun are written by `counted`, so that nothing speaks of "1 tensors"', () => {
  const files = globSync(['**/*.ts'], {
    cwd: import.meta.dirname,
    ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
  }).sort();
  expect(
    files.flatMap((file) =>
      countsBeforePlurals(readFileSync(join(import.meta.dirname, file), 'utf8')).map((text) => [file, text]),
    ),
  ).toEqual([]);
});

it.each([
  ['`there are ${n} tensors`', 1],
  ['`${n} tensor(s) of ${m}`', 1],
  ['n === 1 ? `a file` : `${n} files`', 0],
  ['`${a} of ${n} tensors`', 0],
  ["`there are ${counted(n, 'tensor')}`", 0],
])('%s', (source, count) => {
  expect(countsBeforePlurals(source)).toHaveLength(count);
});
