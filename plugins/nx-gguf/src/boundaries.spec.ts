import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { globSync } from 'tinyglobby';

const source = import.meta.dirname;

/** Layers from the bottom up; a file may import from its own layer and from those below. */
const layers = [
  ['core'],
  ['gguf', 'quant', 'kld', 'speed', 'report', 'publish'],
  ['store', 'toolchain', 'upstream', 'remote'],
  ['destination'],
  ['steps'],
  ['infer'],
  ['nx'],
  ['executors', 'generators', 'bin', 'index.ts', 'store-api.ts'],
];
const pure = new Set(['gguf', 'quant', 'kld', 'speed', 'report', 'publish']);
const effects = /^(node:(?!crypto$|util$|path$|zlib$)|@nx\/|nx$|execa$|proper-lockfile$|tar$|tinyglobby$)/;

const files = globSync(['**/*.ts'], {
  cwd: source,
  ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
}).sort();
const imports = files.flatMap((file) => importsOf(file).map((specifier) => ({ file, specifier })));

describe('layers', () => {
  it('sees the imports of the package', () => {
    expect(files.length).toBeGreaterThan(40);
    expect(imports.length).toBeGreaterThan(100);
  });

  it('has a layer for every folder', () => {
    expect([...new Set(files.map(folderOf))].filter((folder) => layerOf(folder) < 0)).toEqual([]);
  });

  it('imports point down only', () => {
    const upward = imports.filter(
      ({ file, specifier }) =>
        specifier.startsWith('.') && layerOf(targetFolder(file, specifier)) > layerOf(folderOf(file)),
    );
    expect(upward).toEqual([]);
  });

  it('pure folders reach no file system, process, network or Nx', () => {
    expect(
      imports.filter(({ file, specifier }) => pure.has(folderOf(file)) && effects.test(specifier)),
    ).toEqual([]);
  });

  it('only infer/, nx/ and executors/ know Nx', () => {
    const knowing = imports.filter(
      ({ file, specifier }) =>
        /^(@nx\/|nx$)/.test(specifier) &&
        !['infer', 'nx', 'executors', 'generators', 'index.ts'].includes(folderOf(file)),
    );
    expect(knowing).toEqual([]);
  });

  it('the clock, the environment and the console are touched in nx/, bin/ and the effect folders only', () => {
    const touching = files.filter(
      (file) =>
        ['core', 'gguf', 'quant', 'kld', 'speed', 'report', 'publish', 'steps'].includes(folderOf(file)) &&
        /\bDate\.now\(|new Date\(|Math\.random\(|process\.(env|cwd|stdout|stderr)|console\./.test(
          readFileSync(join(source, file), 'utf8'),
        ),
    );
    expect(touching).toEqual([]);
  });
});

function importsOf(file: string): string[] {
  return [...readFileSync(join(source, file), 'utf8').matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(
    (match) => match[1] ?? '',
  );
}

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function targetFolder(file: string, specifier: string): string {
  return folderOf(relative(source, resolve(source, file, '..', specifier)));
}

function layerOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}
