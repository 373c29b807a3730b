import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Sha256 } from '../core/digest.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { systemErrorCode } from '../core/errors.js';
import { readSmallFile } from './small-file.js';

/**
 * A cheap test of whether a file of the store is still the one that was hashed. Linking changes ctime, so ctime
 * is not in it.
 */
export interface FileState {
  sizeBytes: number;
  /** Nanoseconds since 1970, decimal. */
  mtimeNs: string;
}

/** The state of a regular file, or null when there is none. */
export async function fileState(path: string): Promise<FileState | null> {
  const info = await infoOf(path);
  return info === null ? null : stateOf(info);
}

async function infoOf(path: string): Promise<BigIntStats | null> {
  try {
    const info = await stat(path, { bigint: true });
    return info.isFile() ? info : null;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT' || systemErrorCode(error) === 'ENOTDIR') return null;
    throw error;
  }
}

function stateOf({ size, mtimeNs }: BigIntStats): FileState {
  return { sizeBytes: Number(size), mtimeNs: mtimeNs.toString() };
}

/** True when both are states and equal. */
export function isSameState(a: FileState | null, b: FileState | null): boolean {
  return a !== null && b !== null && a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs;
}

/**
 * The same for a file outside the store. Others write it, and its size and mtime can stay as they are: in a Nix
 * store, with SOURCE_DATE_EPOCH, after `cp -p`. Device and inode tell another file, and nobody can set ctime.
 */
export interface OutsideState extends FileState {
  device: string;
  inode: string;
  /** Nanoseconds since 1970, decimal. */
  ctimeNs: string;
}

/** The state of a regular file outside the store, or null when there is none. */
export async function outsideState(path: string): Promise<OutsideState | null> {
  const info = await infoOf(path);
  return info === null
    ? null
    : {
        ...stateOf(info),
        device: info.dev.toString(),
        inode: info.ino.toString(),
        ctimeNs: info.ctimeNs.toString(),
      };
}

/** True when both are states, and of one file that nobody has touched between them. */
export function isUntouched(a: Partial<OutsideState> | null, b: OutsideState | null): boolean {
  return (
    a !== null &&
    b !== null &&
    a.sizeBytes === b.sizeBytes &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs &&
    a.device === b.device &&
    a.inode === b.inode
  );
}

/** A file touched this recently may change again without its times showing it. */
const settledNs = 2_000_000_000n;

/**
 * The state to record for a file that was read after its state was taken. A file that was touched just before
 * gets a state that no file has, so that it is read again next time.
 * @param takenMs when the state was taken
 */
export function recordableState<State extends FileState & { ctimeNs?: string }>(
  state: State,
  takenMs: number,
): State {
  const touchedNs = [state.mtimeNs, state.ctimeNs ?? state.mtimeNs].map(BigInt);
  const isSettled = touchedNs.every((ns) => BigInt(takenMs) * 1_000_000n - ns > settledNs);
  return isSettled ? state : { ...state, mtimeNs: '-1' };
}

/** A record that a file with this state had this digest, and where it is. */
export interface HashRecord extends FileState, Partial<Omit<OutsideState, keyof FileState>> {
  sha256: Sha256;
  path?: string;
  /** When its bytes were hashed, in ms since 1970, by runs of machines. */
  hashings?: Readonly<Record<string, number>>;
}

/** A record read back from disk; anything malformed counts as absent, which costs a re-hash and no more. */
export async function readRecord(file: string): Promise<HashRecord | null> {
  const value = jsonOrNull(await readSmallFile(file).catch(() => ''));
  if (!isRecord(value)) return null;
  const { hashings, ...record } = value;
  return areTimes(hashings) ? { ...record, hashings } : record;
}

function areTimes(value: unknown): value is Readonly<Record<string, number>> {
  return typeof value === 'object' && value !== null && Object.values(value).every(Number.isFinite);
}

function isRecord(value: unknown): value is HashRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { sha256, sizeBytes, mtimeNs, path, ...rest } = value as Record<string, unknown>;
  return (
    typeof sha256 === 'string' &&
    /^[0-9a-f]{64}$/.test(sha256) &&
    Number.isSafeInteger(sizeBytes) &&
    typeof mtimeNs === 'string' &&
    /^-?\d+$/.test(mtimeNs) &&
    [path, rest['device'], rest['inode'], rest['ctimeNs']].every(
      (text) => text === undefined || typeof text === 'string',
    )
  );
}
