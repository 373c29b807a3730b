import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './repository.js';

/** Where the real tools are, as the repository's own toolchain targets left them. */
export interface RealTools {
  bin: string;
  source: string;
  python: string;
}

/** The toolchain of the repository, found by the names its store gives it. */
export function realTools(): RealTools {
  const toolchains =
    process.env['NX_GGUF_TOOLCHAINS'] ??
    join(
      process.env['NX_GGUF_STORE'] ??
        join(process.env['XDG_CACHE_HOME'] ?? join(process.env['HOME'] ?? '', '.cache'), 'nx-gguf'),
      'toolchains',
    );
  const find = (part: 'build' | 'source' | 'python'): string => {
    const wanted = JSON.stringify(
      sorted(
        (
          JSON.parse(readFileSync(join(repository, `dist/llama-cpp/${part}/artifact.json`), 'utf8')) as {
            facts: { identity: unknown };
          }
        ).facts.identity,
      ),
    );
    for (const name of readdirSync(toolchains).filter((entry) => entry.startsWith(`${part}-`))) {
      const record = join(toolchains, name, 'nx-gguf.json');
      if (
        existsSync(record) &&
        JSON.stringify(
          sorted((JSON.parse(readFileSync(record, 'utf8')) as { identity: unknown }).identity),
        ) === wanted
      )
        return join(toolchains, name);
    }
    throw new Error(`no ${part} of the toolchain in ${toolchains}`);
  };
  return { bin: find('build'), source: find('source'), python: join(find('python'), 'bin/python') };
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  );
}
