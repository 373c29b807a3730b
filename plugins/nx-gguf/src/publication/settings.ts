import { GgufError } from '../core/errors.js';
import type { PublishOptions } from '../core/generated/executors/publish.generated.js';
import type {
  Model,
  PublishDirectory,
  PublishGit,
  PublishHub,
  PublishSettings,
} from '../core/generated/model.generated.js';
import { didYouMean } from '../core/suggestion.js';
import { publishedRepository } from '../core/hub-address.js';
import { validate } from '../core/validate.js';

/** The settings of a publication, with every default filled in. */
export interface ResolvedSettings {
  to: PublishHub | PublishDirectory | PublishGit;
  /** The directory that a relative destination starts from. */
  relativeTo: 'project' | 'workspace';
  variants: readonly string[];
  files: ReadonlySet<NonNullable<PublishSettings['files']>[number]>;
  /** GGUFs above it are split; null for none. */
  splitMaxSize: string | null;
}

/** The files that are published by default. */
const defaultFiles: NonNullable<PublishSettings['files']> = ['variants', 'card'];

/** True when a publication as model.json declares it holds the GGUF of a variant, or the unquantized one. */
export function publishes({ publish }: Model, what: { variant: string } | 'unquantized'): boolean {
  const { variants, files = defaultFiles } = publish ?? {};
  if (what === 'unquantized') return files.includes('unquantized');
  return files.includes('variants') && (variants?.includes(what.variant) ?? true);
}

/**
 * The settings of a model with the options of a run over them.
 * @param hub base address of the hub that `HF_ENDPOINT` names
 * @throws GgufError `NO_DESTINATION`, `BAD_OPTIONS`, `HUB_ADDRESS_UNUSABLE`, `VARIANT_MISSING`, `NO_IMATRIX`, `BAD_MODEL`
 */
export function resolveSettings(
  model: Model,
  options: PublishOptions,
  { project, hub = null }: { project: string; hub?: string | null | undefined },
): ResolvedSettings {
  const { to, variants, files = defaultFiles, splitMaxSize = null } = model.publish ?? {};
  const declared = Object.keys(model.quantize ?? {});
  const settings = {
    to: destination(to, options, { project, hub }),
    relativeTo: isOther(options) ? ('workspace' as const) : ('project' as const),
    variants: options.variants ?? variants ?? declared,
    files: new Set(files),
    splitMaxSize,
  };
  validate('model', { ...model, publish: { ...model.publish, to: settings.to } }, `${project}: publish`);
  const unknown = settings.variants.filter((name) => !declared.includes(name));
  if (unknown.length > 0)
    throw new GgufError(
      'VARIANT_MISSING',
      `${project}:publish: model.json declares no variant ${unknown.map((name) => `${name}${didYouMean(name, declared)}`).join(', ')}`,
      {
        hint: declared.length === 0 ? 'Declare it under "quantize".' : `Declared are: ${declared.join(', ')}`,
      },
    );
  if (settings.files.has('imatrix') && model.imatrix === undefined)
    throw new GgufError(
      'NO_IMATRIX',
      `${project}:publish: "files" names the imatrix, and model.json declares none`,
      { hint: 'Remove it from "files" under "publish", or declare an "imatrix".' },
    );
  return settings;
}

/** Bytes of a size as llama-gguf-split reads it: `40G` is 40 * 10^9. */
export function splitBytes(size: string): number {
  return Number(size.slice(0, -1)) * (size.endsWith('G') ? 1e9 : 1e6);
}

function isOther({ repository, path, url }: PublishOptions): boolean {
  return repository !== undefined || path !== undefined || url !== undefined;
}

function destination(
  declared: PublishSettings['to'],
  options: PublishOptions,
  { project, hub }: { project: string; hub: string | null },
): ResolvedSettings['to'] {
  const { repository, path, url, branch, visibility, create } = options;
  if ([repository, path, url].filter((place) => place !== undefined).length > 1)
    throw new GgufError('BAD_OPTIONS', `${project}:publish: repository, path and url are three places`, {
      hint: 'Give one of them.',
    });
  const endpoint = declared?.type === 'huggingface' ? declared.endpoint : undefined;
  const hubs = [endpoint, hub].filter((address) => typeof address === 'string');
  const to =
    repository !== undefined
      ? {
          ...(declared?.type === 'huggingface' ? declared : {}),
          type: 'huggingface' as const,
          repository: publishedRepository(repository, `${project}:publish: repository`, { branch, hubs }),
        }
      : path !== undefined
        ? { type: 'directory' as const, path }
        : url !== undefined
          ? { ...(declared?.type === 'git' ? declared : {}), type: 'git' as const, url }
          : declared;
  if (to === undefined)
    throw new GgufError('NO_DESTINATION', `${project}:publish: nothing says where to publish`, {
      hint: 'Declare "publish": { "to": … } in model.json, or give --repository, --path or --url.',
    });
  const misplaced = [
    ...(branch !== undefined && to.type === 'directory' ? ['branch'] : []),
    ...(visibility !== undefined && to.type !== 'huggingface' ? ['visibility'] : []),
    ...(create === true && to.type === 'directory' ? ['create'] : []),
  ];
  if (misplaced.length > 0)
    throw new GgufError(
      'BAD_OPTIONS',
      `${project}:publish: a destination of type ${to.type} takes no ${misplaced.join(' and no ')}`,
      {
        hint: `Leave ${misplaced.length === 1 ? 'it' : 'them'} out${create === true ? ': a directory is made where there is none' : ''}.`,
      },
    );
  return {
    ...to,
    ...(branch === undefined ? {} : { branch }),
    ...(visibility === undefined ? {} : { visibility }),
  };
}

/** The owner of the repository on a hub that a model is published to, or null. */
export function publisher({ publish }: Model): string | null {
  return publish?.to?.type === 'huggingface' ? (publish.to.repository.split('/')[0] ?? null) : null;
}
