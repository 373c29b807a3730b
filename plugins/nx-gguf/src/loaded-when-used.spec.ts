import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const source = import.meta.dirname;
const rarelyUsed = [
  'ajv',
  'execa',
  'yaml',
  'vega',
  'vega-lite',
  '@aws-sdk/client-s3',
  '@aws-sdk/lib-storage',
  '@huggingface/hub',
];

/**
 * The modules that Nx, Node or another package loads: all that the package's own JSON files name in dist/.
 */
function entries(): string[] {
  const named = ['package.json', 'executors.json', 'generators.json'].flatMap((file) => [
    ...readFileSync(join(source, '..', file), 'utf8').matchAll(/"\.\/dist\/([^"]+)\.js"/g),
  ]);
  return [...new Set(named.map(([, module = '']) => `${module}.ts`))].sort();
}

/** What a module imports when it is loaded; types and `import()` are not among it. */
function importsOf(module: string): string[] {
  const text = readFileSync(join(source, module), 'utf8');
  const statements = text.matchAll(/^(?:import|export)\s(?!type\s)(?:[^'";]*?\sfrom\s)?'([^']+)'/gm);
  return [...statements].map(([, specifier = '']) => specifier);
}

/** The packages that are loaded with a module, each with the modules on the way to it. */
function loadedWith(entry: string): Map<string, readonly string[]> {
  const packages = new Map<string, readonly string[]>();
  const seen = new Set<string>();
  const follow = (module: string, way: readonly string[]): void => {
    if (seen.has(module)) return;
    seen.add(module);
    for (const specifier of importsOf(module)) {
      if (specifier.startsWith('.'))
        follow(join(module, '..', specifier).replace(/\.js$/, '.ts'), [...way, module]);
      else packages.set(specifier, [...way, module]);
    }
  };
  follow(entry, []);
  return packages;
}

describe('packages that few tasks use', () => {
  it('are seen where they are imported', () => {
    expect([...loadedWith('report/pictures/vega.ts').keys()].sort()).toEqual(['vega', 'vega-lite']);
    expect(entries().flatMap((entry) => [...loadedWith(entry).keys()])).toContain('p-limit');
  });

  it('are looked for in all entries', () => {
    expect(entries().length).toBeGreaterThan(20);
  });

  it.each(entries())('are not loaded with %s', (entry) => {
    const loaded = loadedWith(entry);
    expect(rarelyUsed.flatMap((name) => loaded.get(name) ?? [])).toEqual([]);
  });
});
