import { access, constants, readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { prettyJson } from '../core/json/canonical-json.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { systemReason } from '../core/system-error.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { writeDurably } from '../files/durable.js';
import { readSmallText } from '../files/small-file.js';
import { storeLayout, type StoreLayout } from './layout.js';

/** Where the store is: `NX_GGUF_STORE`, else `nx-gguf` under the XDG cache directory. */
export function defaultStoreRoot(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['NX_GGUF_STORE'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  const cache = env['XDG_CACHE_HOME'];
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'nx-gguf');
}

const scrubVariable = 'NX_GGUF_SCRUB_DAYS';

/**
 * The settings of a store: `NX_GGUF_SCRUB_DAYS` says for how long blobs that were hashed are trusted.
 * @throws GgufError `BAD_OPTIONS`
 */
export function storeSettings(
  env: Readonly<Record<string, string | undefined>>,
): Partial<Pick<StoreLayout, 'trustedForMs'>> {
  const days = env[scrubVariable]?.trim() ?? '';
  if (days === '') return {};
  if (/^\d+(\.\d+)?$/.test(days)) return { trustedForMs: Number(days) * 86_400_000 };
  throw new GgufError('BAD_OPTIONS', `${scrubVariable} is a number of days, not ${JSON.stringify(days)}`, {
    hint: 'Set it to 1, for instance, or unset it: files of the store are then hashed when they were not for 7 days.',
  });
}

/**
 * Opens the store at a root, and creates it when there is none.
 * @throws GgufError `STORE_FORMAT` for a store of another version, `STORE_UNWRITABLE` when it cannot be used.
 */
export async function openStore(
  root: string,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<StoreLayout> {
  const layout = storeLayout(root, storeSettings(env));
  try {
    await makeSharedDirectory(root);
    await access(root, constants.R_OK | constants.W_OK);
    await requireWritable(layout);
    await checkFormat(layout);
  } catch (error) {
    if (systemErrorCode(error)?.startsWith('E') !== true) throw error;
    const shared = storeFailure(error, root);
    if (shared !== error) throw shared;
    throw new GgufError('STORE_UNWRITABLE', `cannot use the store at ${root}: ${systemReason(error)}`, {
      cause: error,
      hint: 'Set NX_GGUF_STORE to a directory that you can write to.',
    });
  }
  return layout;
}

/**
 * The store at a root for a command that only reads it: nothing is made there, and a store that others own may
 * be read-only. `isThere` is false for a directory that holds no store, or where there is none.
 * @throws GgufError `STORE_FORMAT` for a store of another version, `STORE_UNREADABLE` when it cannot be read.
 */
export async function readStore(root: string): Promise<{ layout: StoreLayout; isThere: boolean }> {
  const layout = storeLayout(root);
  try {
    await readdir(root);
    const text = await readSmallText(layout.format);
    if (formatOf(text) !== 1) throw foreignFormat(layout, text);
    return { layout, isThere: true };
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return { layout, isThere: false };
    if (systemErrorCode(error)?.startsWith('E') !== true) throw error;
    throw new GgufError('STORE_UNREADABLE', `cannot read the store at ${root}: ${systemReason(error)}`, {
      cause: error,
      hint: 'Set NX_GGUF_STORE to the directory of a store that you can read.',
    });
  }
}

/** Directories that another user made without leave for the group are found before anything is done. */
async function requireWritable({ root }: StoreLayout): Promise<void> {
  const entries = await readdir(root, { withFileTypes: true });
  const shut: string[] = [];
  for (const entry of entries.filter((one) => one.isDirectory()))
    await access(join(root, entry.name), constants.R_OK | constants.W_OK | constants.X_OK).catch(
      (cause: unknown) => {
        if (systemErrorCode(cause) === 'ENOENT') return;
        shut.push(entry.name);
      },
    );
  if (shut.length > 0) throw unshared(root, shut);
}

/** An error as it is, or the error for something in the store that another user made and this one may not use. */
export function storeFailure(error: unknown, root: string): unknown {
  const { code, path, cause } = error instanceof Error ? (error as NodeJS.ErrnoException) : {};
  if (isGgufError(error) || path === undefined || !path.startsWith(join(root, sep)))
    return cause instanceof Error && !isGgufError(error) ? storeFailure(cause, root) : error;
  return code === 'EACCES' || code === 'EPERM' ? unshared(root, [relative(root, path)]) : error;
}

/** The error for a store in which another user made files or directories that this one may not use. */
export function unshared(root: string, places: readonly string[]): GgufError {
  const shown = quoted(root);
  return new GgufError(
    'STORE_UNWRITABLE',
    `the store at ${root} has files or directories that this user may not use: ${places.join(', ')}`,
    {
      hint: `Another user made them. If a group shares the store, its owner runs once: chgrp -R GROUP ${shown} && chmod -R g+rX ${shown} && find ${shown} -type d -exec chmod g+ws {} + ; what is made in it later follows its mode. Else set NX_GGUF_STORE to a directory of your own.`,
    },
  );
}

function quoted(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`;
}

async function checkFormat(layout: StoreLayout): Promise<void> {
  let text: string;
  try {
    text = await readSmallText(layout.format);
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    await writeDurably(layout.format, prettyJson({ format: 1 }));
    return;
  }
  if (formatOf(text) !== 1) throw foreignFormat(layout, text);
}

function foreignFormat({ root }: StoreLayout, text: string): GgufError {
  return new GgufError(
    'STORE_FORMAT',
    `the store at ${root} has a format that this version of nx-gguf does not know: ${text.trim().slice(0, 80)}`,
    { hint: 'Update nx-gguf, or set NX_GGUF_STORE to another directory.' },
  );
}

function formatOf(text: string): unknown {
  return (jsonOrNull(text) as { format?: unknown } | null)?.format;
}
