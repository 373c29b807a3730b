import { GgufError } from './errors.js';

/** Longest pointer file of Git LFS: its specification says "less than 1024 bytes". */
export const lfsPointerBytes = 1024;

const pointer =
  /^version https:\/\/(?:git-lfs\.github\.com\/spec|hawser\.github\.com\/spec)\/v1\r?\n(?:ext-.*\n)*oid sha256:([0-9a-f]{64})\r?\nsize (\d+)\r?\n?/;

/** What a pointer of Git LFS stands for. */
export interface LfsPointer {
  sha256: string;
  sizeBytes: number;
}

/**
 * Reads the text that git holds in place of a file in Git LFS, as the specification of git-lfs (docs/spec.md)
 * has it; null for another text. Line ends that a checkout changed do not matter.
 */
export function readLfsPointer(text: string): LfsPointer | null {
  const [, sha256, size] = pointer.exec(text) ?? [];
  return sha256 === undefined ? null : { sha256, sizeBytes: Number(size) };
}

/** The error of a pointer where the file itself is needed. */
export function lfsPointerError(name: string, { sizeBytes }: LfsPointer, hint: string): GgufError {
  return new GgufError(
    'LFS_POINTER',
    `${name} is a pointer of Git LFS, a few lines that stand for ${sizeBytes} bytes, and not the file itself`,
    { hint },
  );
}
