import { ReadableStream } from 'node:stream/web';
import type { CheckedFile } from './checked-file.js';

/** A range of a file as a Blob that reads and checks it anew each time, and never holds more than a MiB or two. */
export class FilePart extends Blob {
  readonly #file: CheckedFile;
  readonly #from: number;
  readonly #to: number;

  constructor(file: CheckedFile, from = 0, to = file.sizeBytes) {
    super([]);
    Object.defineProperty(this, 'size', { value: to - from });
    this.#file = file;
    this.#from = from;
    this.#to = to;
  }

  override slice(from = 0, to = this.size): FilePart {
    return new FilePart(this.#file, this.#from + from, Math.min(this.#from + to, this.#to));
  }

  /** The bytes in order; throws when they are not what they were. */
  pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    return this.#file.pieces(this.#from, this.#to);
  }

  override stream(): ReturnType<Blob['stream']> {
    return ReadableStream.from(this.pieces()) as ReturnType<Blob['stream']>;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = new Uint8Array(this.size);
    let at = 0;
    for await (const piece of this.pieces()) {
      bytes.set(piece, at);
      at += piece.length;
    }
    return bytes.buffer;
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(await this.arrayBuffer());
  }
}
