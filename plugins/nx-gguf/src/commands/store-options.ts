import type { ParseArgsConfig } from 'node:util';
import { GgufError } from '../core/errors.js';
import { parsedArguments } from './parsed-arguments.js';
import type { StoreLayout } from '../store/layout.js';

/** The parts of this process that the command uses. */
export interface StoreCommandContext {
  env: Readonly<Record<string, string | undefined>>;
  /** Options of the plugin in nx.json, where the command runs in a workspace. */
  pluginOptions?: unknown;
  nowMs: number;
  print: (text: string) => void;
}

/** A command of `nx-gguf store`, on an open store; its exit code. */
export type StoreCommand = (
  layout: StoreLayout,
  args: readonly string[],
  context: StoreCommandContext,
) => Promise<number>;

/** What `nx-gguf store --help` prints. */
export const storeHelp = `nx-gguf store: looks after the store of nx-gguf (NX_GGUF_STORE, else nx-gguf in the XDG cache directory)

  nx-gguf store ls [--files]           actions that are known: key, step, files, size
  nx-gguf store path [DIGEST]          directory of the store, or path of the blob that starts with DIGEST
  nx-gguf store du                     how much space blobs and toolchains take
  nx-gguf store verify [--repair] [--deep]
                                       hash every blob again; --repair removes damaged ones, so that they are made again;
                                       --deep also quantizes every variant again, in full, whose inputs and tools are here
  nx-gguf store push                   upload all results to the remotes that NX_GGUF_REMOTE or nx.json names
  nx-gguf store gc [--keep DIR]... [--keep-days N] [--dry-run]
                                       remove what was not used for N days (30) and is named by no manifest below DIR,
                                       toolchains too`;

/**
 * The options and positional arguments of a command.
 * @throws GgufError `BAD_OPTIONS`
 */
export function storeOptions(
  args: readonly string[],
  {
    spec = {},
    positionals: most = 0,
  }: { spec?: NonNullable<ParseArgsConfig['options']>; positionals?: number } = {},
) {
  const parsed = parsedArguments(args, spec, storeHelp);
  const surplus = parsed.positionals[most];
  if (surplus !== undefined)
    throw new GgufError('BAD_OPTIONS', `unexpected argument ${JSON.stringify(surplus)}`, { hint: storeHelp });
  return parsed;
}
