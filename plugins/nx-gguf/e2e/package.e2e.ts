import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repository } from './support/repository.js';

const packed = JSON.parse(
  readFileSync(join(dirname(process.env['NX_GGUF_E2E_PACKAGE'] ?? ''), 'files.json'), 'utf8'),
) as string[];
const needed =
  /^(LICENSE|README\.md|package\.json|(executors|generators)\.json|schemas\/[\w/-]+\.schema\.json|page\/[\w-]+\.(js|css)|dist\/[\w/.-]+\.(js|d\.ts)|dist\/(executors|generators)\/[\w-]+\/schema\.json|dist\/vega\.LICENSES\.txt)$/;

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

  it('has a command that starts as it is', () => {
    expect(
      execFileSync(join(repository, 'plugins/nx-gguf/dist/commands/gguf-store.js'), ['--help'], {
        encoding: 'utf8',
      }),
    ).toContain('gguf-store gc');
  });
});
