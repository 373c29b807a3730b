/** Values as a matrix holds them. */
export function floats(...values: number[]): Uint8Array {
  return new Uint8Array(Float32Array.from(values).buffer);
}

/** A matrix of the older format: name, calls and values of each. */
export function legacyImatrix(...entries: [name: string, calls: number, values: number[]][]): Buffer {
  return Buffer.concat([
    int(entries.length),
    ...entries.flatMap(([name, calls, values]) => [
      int(Buffer.byteLength(name)),
      Buffer.from(name),
      int(calls),
      int(values.length),
      floats(...values),
    ]),
  ]);
}

/** What follows the entries: the number of chunks and the name of the text. */
export function legacyTail(chunks: number, dataset: string): Buffer {
  return Buffer.concat([int(chunks), int(Buffer.byteLength(dataset)), Buffer.from(dataset)]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
