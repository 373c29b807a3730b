import { appendFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { makeSharedDirectory } from '../files/shared-directory.js';
import { readSmallText } from '../files/small-file.js';
import { downloadsDirectory } from '../store/downloads.js';
import type { StoreLayout } from '../store/layout.js';

/**
 * Where an object of Git LFS is sent to, as the batch API says: at once, or in parts to the addresses in
 * `header`.
 */
export interface UploadAction {
  href: string;
  header?: Record<string, string>;
}

/** A part of an object, by its address. */
interface Part {
  oid: string;
  number: string;
}

/**
 * Remembers multipart uploads across runs. A hub gives out new addresses for each attempt; the earlier ones
 * stay good for hours, and what was sent to them is kept there. So the first addresses are used again, and
 * only parts that did not arrive are sent.
 */
export interface UploadJournal {
  /** The action to use: an earlier one that has parts already, else the given one. */
  resume: (
    object: { oid: string; sizeBytes: number },
    action: UploadAction,
  ) => Promise<{ action: UploadAction; sentParts: number }>;
  /** The tag of a part that has arrived, or null. */
  sentTag: (url: string) => string | null;
  /** Notes that a part has arrived. */
  sent: (url: string, etag: string) => Promise<void>;
  /** The object whose parts are put together at an address, or to which an address of a part belongs. */
  objectAt: (url: string) => string | null;
  /** Forgets an object: it is complete, or its addresses are no longer good. */
  forget: (oid: string) => Promise<void>;
}

/** Addresses of a hub are good for a day; those near their end are not used. */
const usableMs = 20 * 3_600_000;

/**
 * Opens the journal of uploads to one repository. Its files hold signed addresses, so only their owner can
 * read them.
 */
export function uploadJournal(store: StoreLayout, repository: string): UploadJournal {
  const parts = new Map<string, Part>();
  const completions = new Map<string, string>();
  const tags = new Map<string, Map<string, string>>();
  const path = (oid: string): string =>
    join(downloadsDirectory(store), `upload-${sha256(`${repository}\n${oid}`)}.ndjson`);

  const follow = (oid: string, action: UploadAction): void => {
    completions.set(action.href, oid);
    for (const number of partNumbers(action)) parts.set(action.header?.[number] ?? '', { oid, number });
  };

  return {
    resume: async ({ oid, sizeBytes }, action) => {
      if (partNumbers(action).length === 0) return { action, sentParts: 0 };
      const earlier = await earlierUpload(path(oid), sizeBytes);
      const chosen = earlier?.action ?? action;
      tags.set(oid, earlier?.tags ?? new Map<string, string>());
      follow(oid, chosen);
      if (earlier === null) {
        await makeSharedDirectory(dirname(path(oid)));
        await rm(path(oid), { force: true });
        await writeFile(path(oid), `${JSON.stringify({ format: 1, sizeBytes, action })}\n`, { mode: 0o600 });
      }
      return { action: chosen, sentParts: tags.get(oid)?.size ?? 0 };
    },
    sentTag: (url) => {
      const part = parts.get(url);
      return part === undefined ? null : (tags.get(part.oid)?.get(part.number) ?? null);
    },
    sent: async (url, etag) => {
      const part = parts.get(url);
      if (part === undefined) return;
      tags.get(part.oid)?.set(part.number, etag);
      await appendFile(path(part.oid), `${JSON.stringify([part.number, etag])}\n`);
    },
    objectAt: (url) => completions.get(url) ?? parts.get(url)?.oid ?? null,
    forget: async (oid) => {
      tags.delete(oid);
      await rm(path(oid), { force: true });
    },
  };
}

function partNumbers({ header = {} }: UploadAction): string[] {
  return header['chunk_size'] === undefined ? [] : Object.keys(header).filter((name) => /^\d+$/.test(name));
}

/**
 * An upload that an earlier run began, or null when there is none, nothing of it arrived, or it is too old.
 */
async function earlierUpload(
  path: string,
  sizeBytes: number,
): Promise<{ action: UploadAction; tags: Map<string, string> } | null> {
  const info = await stat(path).catch(() => null);
  if (info === null || info.birthtimeMs < Date.now() - usableMs) return null;
  // That of another user of the store cannot be read: it has addresses to upload to.
  const text = await readSmallText(path).catch(() => '');
  const [first = '', ...rest] = text.split('\n');
  const begun = jsonOrNull(first) as { format?: unknown; sizeBytes?: unknown; action?: UploadAction } | null;
  if (
    begun?.format !== 1 ||
    begun.sizeBytes !== sizeBytes ||
    typeof begun.action?.href !== 'string' ||
    typeof begun.action.header !== 'object'
  )
    return null;
  const tags = new Map<string, string>();
  for (const line of rest) {
    // The last line may be cut.
    const pair = jsonOrNull(line);
    if (Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string')
      tags.set(pair[0], pair[1]);
  }
  return tags.size === 0 ? null : { action: begun.action, tags };
}
