import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import type { Manifest } from '../../core/generated/manifest.generated.js';
import { adoptFile } from '../blobs.js';
import type { BlobId } from '../../files/hash-file.js';
import { storeLayout, type StoreLayout } from '../layout.js';

const made: string[] = [];

afterAll(() => {
  for (const path of made) rmSync(path, { recursive: true, force: true });
});

/** A directory that is removed after the tests of this file. */
export function temporaryDirectory(parent = tmpdir()): string {
  const path = realpathSync(mkdtempSync(join(parent, 'nx-gguf-')));
  made.push(path);
  return path;
}

/** An empty store. */
export function temporaryStore(): StoreLayout {
  return storeLayout(temporaryDirectory());
}

/** Writes a file, and the directories above it. */
export function put(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

/** Digest and size of a text. */
export function idOf(text: string): BlobId {
  return { sha256: sha256(text), sizeBytes: Buffer.byteLength(text) };
}

/** A text as a blob of a store. */
export async function adopt(layout: StoreLayout, text: string): Promise<BlobId> {
  return adoptFile(layout, put(join(layout.root, 'incoming', sha256(text)), text));
}

/** Bytes as a blob of a store. */
export async function adoptBytes(layout: StoreLayout, bytes: Uint8Array): Promise<BlobId> {
  const path = join(layout.root, `incoming-${bytes.length}`);
  writeFileSync(path, bytes);
  return adoptFile(layout, path);
}

/** A manifest with the given texts as files, by name. */
export function manifestOf(
  files: Readonly<Record<string, string>>,
  changes: Partial<Manifest> = {},
): Manifest {
  return {
    format: 1,
    step: 'quantize',
    actionKey: sha256(JSON.stringify(files)),
    files: Object.entries(files).map(([name, text]) => ({ name, ...idOf(text) })),
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
    ...changes,
  };
}

/** Sets the time of the last change back. */
export function age(path: string, ms: number): void {
  const then = new Date(statSync(path).mtimeMs - ms);
  utimesSync(path, then, then);
}

/** Flips a bit of a blob as a disk does: size and mtime, which `adoptFile` set to a millisecond, stay. */
export function flipBit(path: string, byte = 0, bit = 0): void {
  const { mode, atime, mtime } = statSync(path);
  const bytes = readFileSync(path);
  bytes.writeUInt8(bytes.readUInt8(byte) ^ (1 << bit), byte);
  chmodSync(path, 0o644);
  writeFileSync(path, bytes, { flag: 'r+' });
  chmodSync(path, mode & 0o777);
  utimesSync(path, atime, mtime);
}

/** Files and directories below a directory that only unfinished work needs. */
export function leftovers(layout: StoreLayout): string[] {
  const names = existsSync(layout.root)
    ? readdirSync(layout.root, { recursive: true, encoding: 'utf8' })
    : [];
  return names.filter((name) => /(^|\/)work\/./.test(name) || /\.(tmp|lock)$/.test(name));
}
