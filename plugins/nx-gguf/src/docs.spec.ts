import { existsSync, readFileSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import { globSync } from 'tinyglobby';
import { parseAs, validate } from './core/validate.js';
import {
  anchorsOf,
  documents,
  markdownDocument,
  repository,
  type MarkdownDocument,
} from './testing/documents.js';

const all = documents();
const named = all.map((document) => [document.path, document] as const);

/** What is wrong with the links of a document, one line each. */
function brokenLinks({ path, links, anchors }: MarkdownDocument): string[] {
  return links
    .filter((link) => !/^https?:/.test(link))
    .flatMap((link) => {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : posix.join(posix.dirname(path), file);
      if (target.startsWith('..') || !existsSync(join(repository, target))) return [`${link}: no such file`];
      if (anchor === undefined) return [];
      if (!target.endsWith('.md')) return [`${link}: only a Markdown file has anchors`];
      const there =
        target === path
          ? anchors
          : markdownDocument(target, readFileSync(join(repository, target), 'utf8')).anchors;
      return there.has(anchor) ? [] : [`${link}: no such heading`];
    });
}

describe('links', () => {
  it('are there to be checked', () => {
    expect(all.flatMap(({ links }) => links).length).toBeGreaterThan(100);
  });

  it.each(named)('of %s lead somewhere', (_, document) => {
    expect(brokenLinks(document)).toEqual([]);
  });

  it('that lead nowhere are found', () => {
    const text = '# A & B\n\n[a](#a--b) [b](#b) [c](docs/no.md) [d](docs/errors.md#nothing) [e](../x.md)';
    expect(brokenLinks(markdownDocument('README.md', text))).toEqual([
      '#b: no such heading',
      'docs/no.md: no such file',
      'docs/errors.md#nothing: no such heading',
      '../x.md: no such file',
    ]);
  });

  it('have the anchors that GitHub gives headings', () => {
    const headings = [
      'model.json',
      '`nx-gguf:kld-base`',
      'What is *there*, and why?',
      'GGUF_LIMIT',
      'model.json',
    ];
    expect([...anchorsOf(headings)]).toEqual([
      'modeljson',
      'nx-ggufkld-base',
      'what-is-there-and-why',
      'gguf_limit',
      'modeljson-1',
    ]);
  });

  it('lead from README.md to every page of docs/', () => {
    const readme = all.find(({ path }) => path === 'README.md');
    const pages = all.map(({ path }) => path).filter((path) => path.startsWith('docs/'));
    const linked = readme?.links.map((link) => link.replace(/#.*/, ''));
    expect(pages.filter((page) => linked?.includes(page) !== true)).toEqual([]);
  });
});

it('README.md is at most 10,000 bytes', () => {
  expect(statSync(join(repository, 'README.md')).size).toBeLessThanOrEqual(10_000);
});

describe('recipes and settings', () => {
  const blocks = all.flatMap(({ path, blocks }) =>
    blocks.filter(({ language }) => language === 'json').map(({ text }) => ({ path, text })),
  );
  const objects = blocks.map(({ path, text }) => ({
    path,
    value: JSON.parse(text.trimStart().startsWith('{') ? text : `{${text}}`) as Record<string, unknown>,
  }));

  it('are recipes, parts of them, and plugins in nx.json', () => {
    expect(objects.length).toBeGreaterThan(6);
  });

  it.each(objects.map(({ path, value }) => [path, Object.keys(value).join(', '), value] as const))(
    'of %s, with %s, are valid',
    (path, _, value) => {
      if ('source' in value) {
        parseAs('model', JSON.stringify(value), path);
      } else if ('gates' in value) {
        const model = { name: 'm', source: { type: 'path', path: 'x' }, ...value };
        parseAs('model', JSON.stringify(model), path);
      } else if ('plugins' in value) {
        for (const plugin of value['plugins'] as (string | { options: unknown })[])
          if (typeof plugin !== 'string') validate('plugin', plugin.options, path);
      } else {
        expect(Object.keys(value)).toEqual(['report']);
      }
    },
  );
});

describe('environment variables', () => {
  const source = globSync(['**/*.ts'], {
    cwd: import.meta.dirname,
    ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
  })
    .map((file) => readFileSync(join(import.meta.dirname, file), 'utf8'))
    .join('\n');
  const reference = all.find(({ path }) => path === 'docs/reference.md')?.text ?? '';
  const table = /^## Environment variables\n([^]*?)\n<!--/m.exec(reference)?.[1] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const listed = rows
    .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)])
    .map((match) => match[1] ?? '');

  it('are listed', () => {
    expect(listed.length).toBeGreaterThan(12);
  });

  it('that the reference lists are read by the source', () => {
    expect(listed.filter((variable) => !new RegExp(`\\b${variable}\\b`).test(source))).toEqual([]);
  });

  it('that a user may set are listed', () => {
    const read = [...source.matchAll(/\benv\['((?:NX_GGUF|HF)_\w+)'\]/g)].map((match) => match[1] ?? '');
    const ours = new Set(['NX_GGUF_COMPARISON']);
    expect(read.length).toBeGreaterThan(6);
    expect(read.filter((variable) => !listed.includes(variable) && !ours.has(variable))).toEqual([]);
  });
});
