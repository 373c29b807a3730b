import { access, constants, mkdir, readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { prettyJson } from '../core/canonical-json.js';
import { GgufError, systemErrorCode } from '../core/errors.js';
import { systemReason } from '../core/system-error.js';
import { writeDurably } from '../files/durable.js';
import { storeLayout, type StoreLayout } from './layout.js';

/** Where the store is: `NX_GGUF_STORE`, else `nx-gguf` under the XDG cache directory. */
export function defaultStoreRoot(env: Readonly<Record<string, string | undefined>>): string {
  const chosen = env['NX_GGUF_STORE'];
  if (chosen !== undefined && chosen !== '') return resolve(chosen);
  const cache = env['XDG_CACHE_HOME'];
  return join(cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'), 'nx-gguf');
}

/**
 * Opens the store at a root, and creates it when there is none.
 * @throws GgufError `STORE_FORMAT` for a store of another version, `STORE_UNWRITABLE` when it cannot be used.
 */
export async function openStore(root: string): Promise<StoreLayout> {
  const layout = storeLayout(root);
  try {
    await mkdir(root, { recursive: true });
    await access(root, constants.R_OK | constants.W_OK);
    await checkFormat(layout);
  } catch (error) {
    if (systemErrorCode(error)?.startsWith('E') !== true) throw error;
    throw new GgufError('STORE_UNWRITABLE', `cannot use the store at ${root}: ${systemReason(error)}`, {
      cause: error,
      hint: 'Set NX_GGUF_STORE to a directory that you can write to.',
    });
  }
  return layout;
}

async function checkFormat(layout: StoreLayout): Promise<void> {
  let text: string;
  try {
    text = await readFile(layout.format, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw error;
    await writeDurably(layout.format, prettyJson({ format: 1 }));
    return;
  }
  if (formatOf(text) !== 1) {
    throw new GgufError(
      'STORE_FORMAT',
      `the store at ${layout.root} has a format that this version of nx-gguf does not know: ${text.trim().slice(0, 80)}`,
      {
        hint: 'Update nx-gguf, or set NX_GGUF_STORE to another directory.',
      },
    );
  }
}

function formatOf(text: string): unknown {
  try {
    return (JSON.parse(text) as { format?: unknown } | null)?.format;
  } catch {
    return null;
  }
}
