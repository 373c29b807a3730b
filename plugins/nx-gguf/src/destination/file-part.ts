import { open } from 'node:fs/promises';
import { ReadableStream } from 'node:stream/web';

const pieceBytes = 1 << 20;

/** A range of a file as a Blob that reads it anew each time and never holds more than a MiB of it. */
export class FilePart extends Blob {
  readonly #path: string;
  readonly #from: number;
  readonly #to: number;

  constructor(path: string, from: number, to: number) {
    super([]);
    Object.defineProperty(this, 'size', { value: to - from });
    this.#path = path;
    this.#from = from;
    this.#to = to;
  }

  override slice(from = 0, to = this.size): FilePart {
    return new FilePart(this.#path, this.#from + from, Math.min(this.#from + to, this.#to));
  }

  /** The bytes in order; throws when the file is shorter than it was. */
  async *pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const file = await open(this.#path, 'r');
    try {
      for (let at = this.#from; at < this.#to;) {
        const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, this.#to - at));
        const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
        if (bytesRead === 0) throw new Error(`a file became shorter while it was read: ${this.#path}`);
        yield buffer.subarray(0, bytesRead);
        at += bytesRead;
      }
    } finally {
      await file.close();
    }
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
