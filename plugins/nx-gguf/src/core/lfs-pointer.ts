import { GgufError } from './errors.js';

/** Longest pointer file of Git LFS: its specification says "less than 1024 bytes". */
export const lfsPointerBytes = 1024;

const pointer =
  /^version https:\/\/(?:git-lfs\.github\.com\/spec|hawser\.github\.com\/spec)\/v1\r?\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\r?\nsize ([^\r\n]*)/;

/** What a pointer of Git LFS stands for. */
export interface LfsPointer {
  sha256: string;
  /** NaN where the pointer says a size that no file has. */
  sizeBytes: number;
}

/**
 * Reads the text that git holds in place of a file in Git LFS, as the specification of git-lfs (docs/spec.md)
 * has it; null for another text. Line ends that a checkout changed do not matter.
 */
export function readLfsPointer(text: string): LfsPointer | null {
  const [, sha256, size = ''] = pointer.exec(text) ?? [];
  if (sha256 === undefined) return null;
  const isPossible = /^\d{1,16}$/.test(size) && Number.isSafeInteger(Number(size));
  return { sha256, sizeBytes: isPossible ? Number(size) : Number.NaN };
}

/** The error of a pointer where the file itself is needed. */
export function lfsPointerError(name: string, { sizeBytes }: LfsPointer, hint: string): GgufError {
  return new GgufError(
    'LFS_POINTER',
    Number.isNaN(sizeBytes)
      ? `${name} is a pointer of Git LFS of an impossible size, and not the file itself`
      : `${name} is a pointer of Git LFS, a few lines that stand for ${sizeBytes} bytes, and not the file itself`,
    { hint },
  );
}
