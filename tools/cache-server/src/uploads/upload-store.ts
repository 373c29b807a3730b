import { createHash, type Hash } from 'node:crypto';
import { open, readFile, readdir, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DataStore, Upload } from '@tus/server';
import {
  GgufError,
  hashFile,
  makeDirectory,
  prettyJson,
  systemErrorCode,
  writeDurably,
  type BlobId,
  type Json,
  type Sha256,
} from 'nx-gguf/store';
import { fileWriter } from '../cache/file-writer.js';
import { atPace, chunksOf, type ReceiveOptions } from '../cache/receive.js';
import { removeAbandoned } from '../storage/abandoned.js';

/** An upload that was announced: whose it is, and what it will be. */
export interface AnnouncedUpload {
  id: string;
  sha256: Sha256;
  sizeBytes: number;
  namespace: string;
  /** ISO 8601, by the server's clock. */
  created: string;
}

const idPattern = /^[0-9a-f]{32}$/;

/**
 * Unfinished uploads of the tus protocol: a file that grows and what was announced beside it. The bytes are
 * hashed while they come; those that came before a restart are read again at the end.
 */
export class UploadStore extends DataStore {
  /** Told, while bytes come, how many there are of an upload. What it throws ends the upload. */
  onWritten: (id: string, totalBytes: number) => void = () => undefined;
  /** Told of an upload that was announced and cannot begin. */
  onDropped: (id: string) => void = () => undefined;
  readonly #directory: string;
  readonly #receiving: ReceiveOptions;
  readonly #nowMs: () => number;
  readonly #writing = new Set<string>();
  readonly #hashes = new Map<string, { hash: Hash; atByte: number }>();

  constructor(directory: string, receiving: ReceiveOptions, nowMs: () => number) {
    super();
    this.#nowMs = nowMs;
    this.#directory = directory;
    this.#receiving = receiving;
    this.extensions = ['creation', 'creation-with-upload', 'termination'];
  }

  override async create(upload: Upload): Promise<Upload> {
    try {
      await this.#begin(upload);
    } catch (error) {
      this.onDropped(upload.id);
      await this.remove(upload.id).catch(() => undefined);
      throw error;
    }
    this.#hashes.set(upload.id, { hash: createHash('sha256'), atByte: 0 });
    return upload;
  }

  override async write(body: Readable, id: string, offset: number): Promise<number> {
    const known = this.#hashes.get(id);
    const hashed = known?.atByte === offset ? known : null;
    if (hashed === null) this.#hashes.delete(id);
    const { onWritten } = this;
    const { onBytes, pace } = this.#receiving;
    const sizeBytes = (await this.announced(id))?.sizeBytes ?? 0;
    let end = offset;
    this.#writing.add(id);
    try {
      await pipeline(
        async function* () {
          for await (const chunk of atPace(chunksOf(body), pace)) {
            end += chunk.length;
            if (end > sizeBytes)
              throw new GgufError('BODY_TOO_LARGE', `an upload of ${sizeBytes} bytes was announced`);
            hashed?.hash.update(chunk);
            onBytes(chunk.length);
            onWritten(id, end);
            yield chunk;
          }
        },
        fileWriter(this.pathOf(id), { flags: 'r+', start: offset }),
      );
    } catch (error) {
      // The file may hold fewer bytes than were hashed.
      this.#hashes.delete(id);
      throw systemErrorCode(error) === 'ENOENT' ? gone() : error;
    } finally {
      this.#writing.delete(id);
      await this.#touch(id);
    }
    if (hashed !== null) hashed.atByte = end;
    return end;
  }

  override async getUpload(id: string): Promise<Upload> {
    const announced = await this.announced(id);
    if (announced === null) throw gone();
    const { sha256, namespace, sizeBytes, created } = announced;
    return new Upload({
      id,
      size: sizeBytes,
      offset: await this.receivedBytes(id),
      metadata: { sha256, namespace },
      creation_date: created,
    });
  }

  override async remove(id: string): Promise<void> {
    this.#hashes.delete(id);
    await rm(this.#noteOf(id), { force: true });
    await rm(this.pathOf(id), { force: true });
  }

  /** The announced upload, or null for an unknown id. */
  async announced(id: string): Promise<AnnouncedUpload | null> {
    if (!idPattern.test(id)) return null;
    try {
      return JSON.parse(await readFile(this.#noteOf(id), 'utf8')) as AnnouncedUpload;
    } catch (error) {
      if (systemErrorCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** @throws GgufError `UPLOAD_GONE` when somebody removed it. */
  async digest(id: string): Promise<BlobId> {
    const sizeBytes = await this.receivedBytes(id);
    const known = this.#hashes.get(id);
    if (known?.atByte !== sizeBytes) return hashFile(this.pathOf(id));
    return { sha256: known.hash.copy().digest('hex'), sizeBytes };
  }

  async receivedBytes(id: string): Promise<number> {
    return (await this.#stat(id)).size;
  }

  pathOf(id: string): string {
    return join(this.#directory, id);
  }

  /** Removes what a killed process left half-written beside the uploads. */
  removeAbandoned(): Promise<void> {
    return removeAbandoned(this.#directory);
  }

  /** All uploads with how much came, null without a file, and the time of the last byte by the server's clock. */
  async list(): Promise<{ id: string; receivedBytes: number | null; changedMs: number }[]> {
    const names = await readdir(this.#directory).catch(() => []);
    const found = [];
    for (const id of new Set(names.map((name) => name.replace(/\.json$/, '')))) {
      if (!idPattern.test(id)) continue;
      const info = await stat(this.pathOf(id)).catch(() => null);
      const changedMs = this.#writing.has(id) ? Infinity : (info?.mtimeMs ?? 0);
      found.push({ id, receivedBytes: info?.size ?? null, changedMs: Math.min(changedMs, this.#nowMs()) });
    }
    return found;
  }

  #noteOf(id: string): string {
    return `${this.pathOf(id)}.json`;
  }

  async #begin(upload: Upload): Promise<void> {
    await makeDirectory(this.#directory);
    await (await open(this.pathOf(upload.id), 'wx')).close();
    const announced: AnnouncedUpload = {
      id: upload.id,
      sha256: upload.metadata?.['sha256'] ?? '',
      namespace: upload.metadata?.['namespace'] ?? '',
      sizeBytes: upload.size ?? 0,
      created: new Date(this.#nowMs()).toISOString(),
    };
    await writeDurably(this.#noteOf(upload.id), prettyJson(announced as unknown as Json));
    await this.#touch(upload.id);
  }

  async #touch(id: string): Promise<void> {
    const now = new Date(this.#nowMs());
    await utimes(this.pathOf(id), now, now).catch(() => undefined);
  }

  async #stat(id: string): Promise<{ size: number }> {
    return stat(this.pathOf(id)).catch((cause: unknown) => {
      if (systemErrorCode(cause) !== 'ENOENT') throw cause;
      throw gone();
    });
  }
}

/** The error for an upload that nobody knows. It may have become a blob. */
export function gone(): GgufError {
  return new GgufError('UPLOAD_GONE', 'there is no such upload', {
    hint: 'Ask for the blob: it may be there. Else start anew.',
  });
}
