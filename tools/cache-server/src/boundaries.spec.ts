import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const source = import.meta.dirname;

/** Layers from the bottom up; a file may import from its own layer and from those below. */
const layers = [
  ['config'],
  ['storage', 'telemetry'],
  ['cache'],
  ['eviction', 'auth'],
  ['uploads'],
  ['http'],
  ['start.ts'],
  ['cli'],
  ['bin'],
];

const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/\.spec\.ts$|^testing\/|\/generated\//.test(file))
  .sort();
const imports = files.flatMap((file) =>
  [...readFileSync(join(source, file), 'utf8').matchAll(/from\s*'([^']+)'/g)].map((match) => ({
    file,
    specifier: match[1] ?? '',
  })),
);

describe('layers of the cache server', () => {
  it('are seen, with all their folders', () => {
    expect(files.length).toBeGreaterThan(25);
    expect(imports.length).toBeGreaterThan(80);
    expect([...new Set(files.map(folderOf))].filter((folder) => layerOf(folder) < 0)).toEqual([]);
  });

  it('import downwards only', () => {
    expect(
      imports.filter(
        ({ file, specifier }) =>
          specifier.startsWith('.') &&
          layerOf(
            folderOf(relative(source, resolve(source, file, '..', specifier)).replace(/\.js$/, '.ts')),
          ) > layerOf(folderOf(file)),
      ),
    ).toEqual([]);
  });

  it('reach the plugin by its store alone', () => {
    expect(
      imports.filter(({ specifier }) => /^(nx|@nx)\b/.test(specifier) && specifier !== 'nx-gguf/store'),
    ).toEqual([]);
    expect(imports.filter(({ specifier }) => specifier.includes('plugins/'))).toEqual([]);
  });
});

function folderOf(file: string): string {
  return file.split('/')[0] ?? '';
}

function layerOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}
