/** What a header of a tar archive says. */
export interface TarHeader {
  name: string;
  /**
   * `0` a file, `5` a directory, `x` and `g` pax headers, `L` and `K` GNU's long names, others as they are.
   */
  type: string;
  sizeBytes: number;
}

/**
 * The header in a block of 512 bytes (POSIX ustar, GNU, or of the time before formats had names). @throws
 * Error for what is none
 */
export function tarHeader(block: Buffer): TarHeader {
  if (octal(block, 148, 8) !== checksum(block)) throw new Error('a header has the wrong checksum');
  const sizeBytes = size(block);
  if (!Number.isSafeInteger(sizeBytes) || sizeBytes < 0) throw new Error('a header has no sound size');
  const isPosix = block.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(block, 345, 155) : '';
  const name = prefix === '' ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`;
  const flag = block[156] ?? 0;
  const type = flag === 0 || flag === 0x37 ? '0' : String.fromCharCode(flag);
  return {
    name,
    type: type === '0' && name.endsWith('/') ? '5' : type,
    sizeBytes: type === '5' ? 0 : sizeBytes,
  };
}

/** What a pax header says about the name and the size of what follows. @throws Error */
export function paxRecords(bytes: Buffer): { path?: string; sizeBytes?: number } {
  const found: { path?: string; sizeBytes?: number } = {};
  for (let at = 0; at < bytes.length;) {
    const space = bytes.indexOf(0x20, at);
    const length = space < 0 || space - at > 8 ? NaN : Number(bytes.toString('latin1', at, space));
    if (!Number.isInteger(length) || length < space - at + 3 || at + length > bytes.length)
      throw new Error('a pax header is damaged');
    const key = bytes.toString('latin1', space + 1, Math.min(space + 6, at + length - 1));
    if (key === 'path=') found.path = bytes.toString('utf8', space + 6, at + length - 1);
    if (key === 'size=') {
      found.sizeBytes = Number(bytes.toString('latin1', space + 6, Math.min(at + length - 1, space + 26)));
      if (!Number.isSafeInteger(found.sizeBytes) || found.sizeBytes < 0)
        throw new Error('a pax header has no sound size');
    }
    at += length;
  }
  return found;
}

/** Text up to the first zero byte. */
export function text(bytes: Buffer, start = 0, length = bytes.length): string {
  const end = bytes.indexOf(0, start);
  return bytes.toString('utf8', start, end < 0 ? start + length : Math.min(end, start + length));
}

function size(block: Buffer): number {
  // GNU's way for what octal digits do not hold: the first bit is set, the rest is a number.
  if (((block[124] ?? 0) & 0x80) === 0) return octal(block, 124, 12);
  return block[124] === 0x80 && block.readUInt32BE(125) >>> 8 === 0
    ? Number(block.readBigUInt64BE(128))
    : NaN;
}

function octal(block: Buffer, start: number, length: number): number {
  const digits = text(block, start, length).trim();
  return digits === '' ? 0 : /^[0-7]+$/.test(digits) ? parseInt(digits, 8) : NaN;
}

function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < 512; at++) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum;
}
