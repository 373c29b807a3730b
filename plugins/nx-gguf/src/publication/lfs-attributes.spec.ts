import { belongsInLfs, largeFileBytes, withTrackedFiles } from './lfs-attributes.js';

const lfs = 'filter=lfs diff=lfs merge=lfs -text';
const file = (path: string, sizeBytes = 10) => ({ path, sizeBytes });

it.each<[string, { path: string; sizeBytes: number }, string, boolean]>([
  ['a GGUF', file('a.gguf'), '', true],
  ['a text', file('README.md'), '', false],
  ['a large file', file('data.json', largeFileBytes + 1), '', true],
  ['what .gitattributes says by name', file('README.md'), `README.md ${lfs}`, true],
  ['what .gitattributes says by ending, in any directory', file('kld/Q4_K_M.json'), `*.json ${lfs}`, true],
  ['what .gitattributes says of a directory', file('kld/Q4_K_M.json'), `/kld/** ${lfs}`, true],
  ['what .gitattributes says of another directory', file('plan/Q4_K_M.json'), `/kld/** ${lfs}`, false],
  ['the last line decides', file('README.md'), `*.md ${lfs}\nREADME.md -filter`, false],
  ['a comment', file('README.md'), `#README.md ${lfs}`, false],
])('%s', (...[, given, attributes, expected]) => {
  expect(belongsInLfs(given, attributes)).toBe(expected);
});

it('lines are added for what is not named yet, once', () => {
  const files = [file('a.gguf'), file('b.gguf'), file('big.json', largeFileBytes + 1), file('README.md')];
  const text = withTrackedFiles('*.md text', files);
  expect(text).toBe(`*.md text\n*.gguf ${lfs}\n/big.json ${lfs}\n`);
  expect(withTrackedFiles(text, files)).toBe(text);
});
