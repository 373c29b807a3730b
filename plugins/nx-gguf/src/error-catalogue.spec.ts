import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { errorCatalogue } from './core/error-catalogue.js';
import { codeOfKind, thrownCodes } from './core/testing/thrown-codes.js';
import { errorCatalogue as serverCatalogue } from '../../../tools/cache-server/src/http/error-catalogue.js';

/** Codes that are put together from the kind of what is missing or wrong. */
const composed = [
  ...['model', 'corpus', 'toolchain', 'lock'].map(codeOfKind),
  ...['MODEL', 'CORPUS', 'TOOLCHAIN', 'VARIANT', 'REFERENCE'].map((what) => `${what}_MISSING`),
];
/** Problems of a tensor-type rule have codes of their own, which no error carries. */
const ofRules = /^TENSOR_(PATTERN|RULE)_/;

describe.each([
  { name: 'nx-gguf', directory: import.meta.dirname, catalogue: errorCatalogue, further: composed },
  {
    name: 'nx-gguf-cache-server',
    directory: join(import.meta.dirname, '../../../tools/cache-server/src'),
    catalogue: serverCatalogue,
    further: [],
  },
])('the error codes of $name', ({ directory, catalogue, further }) => {
  const files = globSync(['**/*.ts'], {
    cwd: directory,
    ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**', '**/error-catalogue.ts'],
  });
  const thrown = new Set([
    ...further,
    ...files
      .flatMap((file) => thrownCodes(readFileSync(join(directory, file), 'utf8')))
      .filter((code) => !ofRules.test(code)),
  ]);

  it('that are thrown are in the catalogue', () => {
    expect([...thrown].filter((code) => !(code in catalogue)).sort()).toEqual([]);
  });

  it('that are in the catalogue are thrown', () => {
    expect(Object.keys(catalogue).filter((code) => !thrown.has(code))).toEqual([]);
  });

  it('stand in alphabetical order, each with sentences', () => {
    expect(Object.keys(catalogue)).toEqual(Object.keys(catalogue).sort());
    const texts = Object.values(catalogue).flatMap(({ cause, remedy }) => [cause, remedy]);
    expect(texts.filter((text) => !/^[`\w].*\.$/s.test(text))).toEqual([]);
  });
});

describe('the codes of a source', () => {
  it.each([
    ["throw new GgufError('DISK_FULL', 'no room')", ['DISK_FULL']],
    ["new GgufError(isLate ? 'TOO_LATE' : 'TOO_EARLY', text)", ['TOO_EARLY', 'TOO_LATE']],
    ["new GgufError(failure?.code ?? 'TOOL_FAILED', text)", ['TOOL_FAILED']],
    ["headerError('GGUF_LIMIT', 'too long')", ['GGUF_LIMIT']],
    ["const table = [['DEVICE_UNKNOWN', /no device/, 'hint']]", ['DEVICE_UNKNOWN']],
    ["settle(problems, { code: 'RESULTS_STALE' })", ['RESULTS_STALE']],
    ["parseAs('bench-comparison', text, file)", ['BAD_BENCH_COMPARISON']],
    ["if (error.code === 'DISK_FULL') return env['HF_TOKEN']", []],
    ["new GgufError(code, 'as before')", []],
  ])('%s', (text, codes) => {
    expect(thrownCodes(text)).toEqual(codes);
  });
});
