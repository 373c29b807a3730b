import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { isGgufError } from '../core/errors.js';
import type { BlobId } from '../files/hash-file.js';
import { partialPath } from '../store/downloads.js';
import { downloadFile, presentBlob, type Downloads, type WantedFile } from './download-file.js';
import { openHttp, type Http } from '../transport/http.js';
import { requireOnline } from './offline.js';
import { rateLimit } from '../transport/rate-limit.js';
import { requireSpace } from './space.js';
import type { UpstreamContext } from './upstream-context.js';

/**
 * Brings files into the store, several at a time; those the store has are not asked for. What was received is
 * kept when one fails, so the next run goes on from there.
 * @returns digest and size of each file, in the order given
 * @throws GgufError `DISK_FULL` before anything is fetched, or what the first failing download throws
 */
export async function downloadFiles(
  wanted: readonly WantedFile[],
  context: UpstreamContext,
  http?: Http,
): Promise<BlobId[]> {
  const results = await Promise.all(wanted.map((file) => presentBlob(file, context.store)));
  const missing = wanted.flatMap((file, index) => (results[index] === null ? [{ file, index }] : []));
  if (missing.length === 0) return results as BlobId[];
  requireOnline(
    missing.map(({ file }) => file),
    context.env,
  );
  const received = await checkSpace(
    missing.map(({ file }) => file),
    context,
  );
  const failed = new AbortController();
  const signal =
    context.signal === undefined ? failed.signal : AbortSignal.any([context.signal, failed.signal]);
  const client = http ?? openHttp(context);
  const downloads: Downloads = {
    http: client,
    take: rateLimit(context.settings.maxBytesPerSecond, signal),
    onBytes: progress(
      missing.map(({ file }) => file),
      received,
      context,
    ),
    context: { ...context, signal },
  };
  try {
    await pool(missing, context.settings.parallel, async ({ file, index }) => {
      try {
        results[index] = await downloadFile(file, downloads);
      } catch (error) {
        // The others end as interrupted; the first reason is the one that counts.
        failed.abort();
        throw error;
      }
    });
  } finally {
    if (http === undefined) await client.close();
  }
  return results as BlobId[];
}

/**
 * Runs work on every item, a given number at a time; waits for all that started, then throws the failure that
 * stopped the others.
 */
export async function pool<T>(
  items: readonly T[],
  size: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  await pLimit(size).map(items, async (item) => {
    if (failures.length > 0) return;
    await work(item).catch((error: unknown) => {
      failures.push(error);
    });
  });
  if (failures.length > 0)
    throw failures.find((error) => !isGgufError(error) || error.code !== 'INTERRUPTED') ?? failures[0];
}

/** Checks that what is missing has room; the number of bytes that were received already. */
async function checkSpace(files: readonly WantedFile[], { store }: UpstreamContext): Promise<number> {
  let needed = 0;
  let received = 0;
  for (const file of files) {
    const { size } = await stat(partialPath(store, file)).catch(() => ({ size: 0 }));
    const usable = file.sizeBytes !== null && size > file.sizeBytes ? 0 : size;
    received += usable;
    needed += Math.max(0, (file.sizeBytes ?? 0) - usable);
  }
  await requireSpace(needed, store);
  return received;
}

function progress(
  files: readonly WantedFile[],
  received: number,
  { report }: UpstreamContext,
): (count: number) => void {
  const total = files.every(({ sizeBytes }) => sizeBytes !== null)
    ? files.reduce((sum, { sizeBytes }) => sum + (sizeBytes ?? 0), 0)
    : null;
  const label =
    files.length === 1 ? `downloading ${files[0]?.name ?? ''}` : `downloading ${files.length} files`;
  let done = received;
  const tell = (): void => {
    report({ type: 'progress', label, done, total, unit: 'bytes' });
  };
  tell();
  return (count) => {
    done += count;
    tell();
  };
}
