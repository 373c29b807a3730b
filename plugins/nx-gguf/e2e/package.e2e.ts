import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from './support/repository.js';

const packed = JSON.parse(
  readFileSync(join(dirname(process.env['NX_GGUF_E2E_PACKAGE'] ?? ''), 'files.json'), 'utf8'),
) as string[];
const needed =
  /^(LICENSE|README\.md|package\.json|(executors|generators)\.json|bin\/[\w-]+\.mjs|schemas\/[\w/-]+\.schema\.json|page\/[\w-]+\.(js|css)|dist\/[\w/.-]+\.(js|d\.ts)|dist\/checks\/[\w/.-]+\.cjs|dist\/(executors|generators)\/[\w-]+\/schema\.json|dist\/vega\.LICENSES\.txt)$/;

describe('the npm package', () => {
  it('holds what is needed and nothing else', () => {
    expect(
      packed.filter((path) => !needed.test(path) || /\.spec\.|\/testing\/|\/recorded\//.test(path)),
    ).toEqual([]);
  });

  it('holds every file that executors.json, generators.json and package.json name', () => {
    const read = (file: string): unknown =>
      JSON.parse(readFileSync(join(repository, 'plugins/nx-gguf', file), 'utf8'));
    const { executors } = read('executors.json') as {
      executors: Record<string, { implementation: string; schema: string }>;
    };
    const { generators } = read('generators.json') as {
      generators: Record<string, { factory: string; schema: string }>;
    };
    const { bin } = read('package.json') as { bin: Record<string, string> };
    const named = [
      ...Object.values(executors).flatMap(({ implementation, schema }) => [implementation, schema]),
      ...Object.values(generators).flatMap(({ factory, schema }) => [factory, schema]),
      ...Object.values(bin),
    ];
    expect(named.filter((path) => !packed.includes(path.replace('./', '')))).toEqual([]);
  });

  it('holds every schema: the code reads them, and they name each other', () => {
    const schemas = readdirSync(join(repository, 'plugins/nx-gguf/schemas'), {
      recursive: true,
      encoding: 'utf8',
    });
    const files = schemas.filter((file) => file.endsWith('.json')).map((file) => `schemas/${file}`);
    expect(files).toContain('schemas/common.schema.json');
    expect(files.filter((path) => !packed.includes(path))).toEqual([]);
  });

  it('holds the check of every schema and of every executor as code, which starts no compiler', () => {
    const schemas = readdirSync(join(repository, 'plugins/nx-gguf/schemas'));
    const executors = readdirSync(join(repository, 'plugins/nx-gguf/src/executors'));
    const checks = [
      ...schemas.map((file) => file.replace('.schema.json', '')),
      'manifest.first',
      ...executors.map((name) => `executors/${name}`),
    ];
    expect(checks.filter((name) => !packed.includes(`dist/checks/${name}.cjs`))).toEqual([]);
    const script = `
      const { parseForeign } = await import('./dist/store-api.js');
      const { createRequire } = await import('node:module');
      const { cache } = createRequire(import.meta.url);
      console.log(parseForeign('manifest', '{}').problem, Object.keys(cache).some((path) => path.endsWith('ajv/dist/ajv.js')));`;
    expect(
      execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
        cwd: join(repository, 'plugins/nx-gguf'),
        encoding: 'utf8',
      }),
    ).toBe("the top level: must have required property 'format' false\n");
  });

  it.each([
    ['nx-gguf', ['store', '--help'], /^ {2}nx-gguf store gc/m],
    ['gguf-store', ['--help'], /^ {2}nx-gguf store gc/m],
    ['gguf', ['inspect', '--help'], /^ {2}nx-gguf inspect FILE/m],
  ])('has the command %s, which starts as it is', (name, args, output) => {
    expect(
      execFileSync(join(repository, `plugins/nx-gguf/bin/${name}.mjs`), args, { encoding: 'utf8' }),
    ).toMatch(output);
  });

  it('has a command that ends in peace when nobody reads on, as behind `| head`', async () => {
    const child = spawn(join(repository, 'plugins/nx-gguf/bin/nx-gguf.mjs'), ['--help']);
    child.stdout.destroy();
    let errors = '';
    child.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    expect([errors, code]).toEqual(['', 0]);
  });
});
