import type { HuggingFaceSource } from '../core/generated/source.generated.js';
import type { Schemas } from '../core/validate.js';
import { GgufError } from '../core/errors.js';
import { publishedRepository, readHubAddress, type HubAddress } from '../core/hub-address.js';
import { shardNames } from '../gguf/shards.js';

/**
 * A model or corpus file in which addresses of the hub, pasted as repositories, are the repositories,
 * revisions and files that they name: everything else reads one form, and a lock fits both.
 * @param shown the file, for messages
 * @param hub base address of the hub that `HF_ENDPOINT` names, when it names one
 * @throws GgufError `HUB_ADDRESS_UNUSABLE`
 */
export function withPlainRepositories<K extends keyof Schemas>(
  kind: K,
  content: Schemas[K],
  { shown, hub = null }: { shown: string; hub?: string | null | undefined },
): Schemas[K] {
  if (kind !== 'model' && kind !== 'corpus') return content;
  return plain(content, shown, {
    hubs: hub === null ? [] : [hub],
    modelSource: kind === 'model' ? `${shown}: source` : null,
  }) as Schemas[K];
}

interface Reading {
  hubs: readonly string[];
  /** The place of the source that is a whole model, in a file that has one. */
  modelSource: string | null;
}

function plain(value: unknown, place: string, reading: Reading): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const fields = Object.fromEntries(
    Object.entries(value).map(([key, field]) => [key, plain(field, `${place}: ${key}`, reading)]),
  );
  const { type, repository, endpoint } = fields;
  if (type !== 'huggingface' || typeof repository !== 'string') return fields;
  const hubs = [...(typeof endpoint === 'string' ? [endpoint] : []), ...reading.hubs];
  if (place.endsWith(': publish: to')) {
    const branch = fields['branch'] as string | undefined;
    return {
      ...fields,
      repository: publishedRepository(repository, `${place}: repository`, { branch, hubs }),
    };
  }
  const address = readHubAddress(repository, `${place}: repository`, { hubs });
  if (address === null) return fields;
  if (place === reading.modelSource) requireWhole(address, place);
  return plainSource(fields, address, place);
}

/** A model is more than one of its files: somebody who pasted the address of one did not mean to leave out the rest. */
function requireWhole({ repository, revision, path }: HubAddress, place: string): void {
  if (path === null || path.endsWith('/')) return;
  const at = revision === null || revision === 'main' ? '' : ` and "revision": ${JSON.stringify(revision)}`;
  throw new GgufError(
    'HUB_ADDRESS_UNUSABLE',
    `${place}: repository: the address names one file, ${path}, and the source of a model is a whole repository`,
    {
      hint: `Write "repository": ${JSON.stringify(repository)}${at}: of its files those that a model needs are taken.${
        path.endsWith('.gguf')
          ? ' A GGUF is no such source: name the repository with the unquantized safetensors, and this file as one of "references" or in "planFrom".'
          : ''
      }`,
    },
  );
}

/** A source with what the address says in fields of their own. */
function plainSource(fields: Record<string, unknown>, address: HubAddress, place: string): unknown {
  const { repository, kind, revision, path } = address;
  const source = fields as Partial<HuggingFaceSource>;
  const include = path === null ? undefined : includeOf(path);
  const said: [string, unknown, unknown][] = [
    ['kind', kind === 'dataset' ? kind : undefined, source.kind],
    ['revision', revision ?? undefined, source.revision],
    ['include', include, source.include],
  ];
  const conflict = said.find(
    ([, own, declared]) =>
      own !== undefined && declared !== undefined && JSON.stringify(own) !== JSON.stringify(declared),
  );
  if (conflict !== undefined)
    throw new GgufError(
      'HUB_ADDRESS_UNUSABLE',
      `${place}: the address in "repository" names ${JSON.stringify(conflict[1])}, and "${conflict[0]}" ${JSON.stringify(conflict[2])}`,
      { hint: `Write "repository": ${JSON.stringify(repository)}, and what you mean in "${conflict[0]}".` },
    );
  return {
    ...fields,
    repository,
    ...(kind === 'dataset' ? { kind } : {}),
    ...(revision === null || (revision === 'main' && source.revision === undefined) ? {} : { revision }),
    ...(include === undefined ? {} : { include }),
  };
}

/** All shards of a GGUF when one is named; of a directory everything in it. */
function includeOf(path: string): string[] {
  if (path.endsWith('/')) return [`${path}**`];
  const slash = path.lastIndexOf('/') + 1;
  return shardNames(path.slice(slash)).map((name) => `${path.slice(0, slash)}${name}`);
}
