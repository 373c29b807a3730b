import { crc32, deflateRawSync } from 'node:zlib';

/** A file to put into a test archive. `crc` and `announcedBytes` lie when they are given. */
export interface ZipMember {
  name: string;
  data: Buffer;
  isStored?: boolean;
  crc?: number;
  announcedBytes?: number;
}

/** A zip archive of some files (PKWARE APPNOTE 6.3: local headers, central directory, end record). */
export function zipOf(members: readonly ZipMember[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, isStored = false, crc = crc32(data), announcedBytes = data.length } of members) {
    const packed = isStored ? data : deflateRawSync(data);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt16LE(0x0800, 2);
    fields.writeUInt16LE(isStored ? 0 : 8, 4);
    fields.writeUInt32LE(crc, 10);
    fields.writeUInt32LE(packed.length, 14);
    fields.writeUInt32LE(announcedBytes, 18);
    fields.writeUInt16LE(Buffer.byteLength(name), 22);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), packed);
    const more = Buffer.alloc(14);
    more.writeUInt32LE(offset, 10);
    directory.push(
      Buffer.from('PK\x01\x02', 'latin1'),
      Buffer.from([20, 3]),
      fields,
      more,
      Buffer.from(name),
    );
    offset += 30 + Buffer.byteLength(name) + packed.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(central.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, central, end]);
}
