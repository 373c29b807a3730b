import { readFile, stat } from 'node:fs/promises';
import type { Sha256 } from '../core/digest.js';
import { systemErrorCode } from '../core/errors.js';

/**
 * A cheap test of whether a file is still the one that was hashed. Linking changes ctime, so ctime is not in
 * it.
 */
export interface FileState {
  sizeBytes: number;
  /** Nanoseconds since 1970, decimal. */
  mtimeNs: string;
}

/** The state of a regular file, or null when there is none. */
export async function fileState(path: string): Promise<FileState | null> {
  try {
    const info = await stat(path, { bigint: true });
    return info.isFile() ? { sizeBytes: Number(info.size), mtimeNs: info.mtimeNs.toString() } : null;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

/** True when both are states and equal. */
export function isSameState(a: FileState | null, b: FileState | null): boolean {
  return a !== null && b !== null && a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs;
}

/** A file touched this recently may change again without its mtime showing it. */
const settledNs = 2_000_000_000n;

/**
 * The state to record for a file that was read after its state was taken. A file that was touched just now
 * gets a state that no file has, so that it is read again next time.
 */
export function recordableState(state: FileState): FileState {
  const isSettled = BigInt(Date.now()) * 1_000_000n - BigInt(state.mtimeNs) > settledNs;
  return isSettled ? state : { ...state, mtimeNs: '-1' };
}

/** A record that a file with this state had this digest, and where it is. */
export interface HashRecord extends FileState {
  sha256: Sha256;
  path?: string;
}

/** A record read back from disk; anything malformed counts as absent, which costs a re-hash and no more. */
export async function readRecord(file: string): Promise<HashRecord | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch {
    return null;
  }
  return isRecord(value) ? value : null;
}

function isRecord(value: unknown): value is HashRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { sha256, sizeBytes, mtimeNs, path } = value as Record<string, unknown>;
  return (
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(sizeBytes) &&
    typeof mtimeNs === 'string' &&
    /^-?\d+$/.test(mtimeNs) &&
    (path === undefined || typeof path === 'string')
  );
}
