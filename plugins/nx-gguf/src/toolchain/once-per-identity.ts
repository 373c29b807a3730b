import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { canonicalJson, prettyJson, type Json } from '../core/json/canonical-json.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { syncDirectory, writeDurably } from '../files/durable.js';
import { readSmallFile } from '../files/small-file.js';
import { withLock } from '../store/lock.js';
import { noteUse } from '../files/note-use.js';
import { shareTree } from '../files/shared-file.js';
import { systemErrorCode } from '../core/errors.js';
import type { ToolchainContext } from './context.js';

/** A directory that is made once for an identity. */
export interface OncePerIdentity {
  /** Name of the directory below the root of all toolchains; contains the digest of the identity. */
  name: string;
  identity: Json;
  /** Its name in the message that is shown while another process makes it. */
  label: string;
  /** Directories that cannot be moved (Python environments) are made where they stay. */
  inPlace?: boolean;
  make: (directory: string) => Promise<void>;
}

/**
 * Says what a directory is; it is written last and removed first. Its mtime is when the directory was used
 * last.
 */
export const recordFile = 'nx-gguf.json';

/**
 * The directory of an identity, made when it is not there. Its record is written last, so a directory with a
 * record is complete; processes that want the same one wait for each other.
 */
export async function oncePerIdentity(
  context: ToolchainContext,
  { name, identity, label, inPlace, make }: OncePerIdentity,
): Promise<string> {
  const final = join(context.root, name);
  if (await isComplete(final, identity)) return used(final);
  return withLock(
    join(context.root, 'locks', name),
    async () => {
      if (await isComplete(final, identity)) return final;
      const base = join(context.root, 'work', name);
      await removeOwn(base);
      await rm(final, { recursive: true, force: true });
      const directory = inPlace === true ? final : join(base, randomBytes(6).toString('hex'));
      await makeSharedDirectory(directory);
      try {
        await make(directory);
        await shareTree(directory);
        await writeDurably(join(directory, recordFile), prettyJson({ identity }));
        if (directory !== final) {
          await rename(directory, final);
          await syncDirectory(context.root);
        }
        return final;
      } catch (error) {
        await rm(directory, { recursive: true, force: true });
        throw error;
      } finally {
        await removeOwn(base);
      }
    },
    {
      onWait: () => {
        context.report({ type: 'step', message: `waiting for another process that makes ${label}` });
      },
      ...(context.signal === undefined ? {} : { signal: context.signal }),
    },
  );
}

/**
 * The directory of an identity below the root of all toolchains, or null when it was not made on this
 * machine.
 */
export async function findMade(root: string, prefix: string, identity: Json): Promise<string | null> {
  const names = await readdir(root).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(prefix)))
    if (await isComplete(join(root, name), identity)) return used(join(root, name));
  return null;
}

/** What another user's killed process left, and only that user may remove, is in nobody's way. */
async function removeOwn(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
    if (!['EACCES', 'EPERM', 'ENOTEMPTY'].includes(systemErrorCode(error) ?? '')) throw error;
  });
}

/** Notes that a directory is used, where that can be noted. */
async function used(directory: string): Promise<string> {
  await noteUse(join(directory, recordFile));
  return directory;
}

async function isComplete(directory: string, identity: Json): Promise<boolean> {
  try {
    const text = await readSmallFile(join(directory, recordFile));
    const record = jsonOrNull(text) as { identity?: Json } | null;
    return record?.identity !== undefined && canonicalJson(record.identity) === canonicalJson(identity);
  } catch {
    return false;
  }
}
