import { paxRecords, tarHeader, text, type TarHeader } from './tar-header.js';

/** How far an archive is read. */
export interface TarLimits {
  members: number;
  /** Of what comes before a member to describe it: long names, pax headers. */
  descriptionBytes: number;
}

/** What to do with the members of an archive. */
export interface TarReader {
  /** Whether the bytes of a file are wanted. */
  wants: (member: { name: string; sizeBytes: number }) => boolean;
  use: (bytes: Buffer) => void;
}

const blockBytes = 512;
const zeros = Buffer.alloc(blockBytes);
/** One description; paths are far shorter. */
const longestDescription = 1 << 20;

/**
 * Reads a tar archive from a stream, in memory for no more than what is wanted and one description; how many
 * members it has. What counts against the limits is read from the headers before any of it is taken.
 * @throws Error for what is no whole archive, or goes beyond a limit
 */
export async function readTar(
  tar: AsyncIterable<Buffer>,
  limits: TarLimits,
  { wants, use }: TarReader,
): Promise<number> {
  const source = blocksOf(tar);
  let [members, described] = [0, 0];
  let told: { path?: string; sizeBytes?: number } = {};
  for (;;) {
    const block = source.ready(blockBytes) ?? (await source.take(blockBytes));
    if (block === null) return members;
    if (block.equals(zeros)) continue;
    const header = tarHeader(block);
    const isDescription = 'xgLK'.includes(header.type);
    if (++members > limits.members) throw new Error(`it has more than ${limits.members} members`);
    if (isDescription) {
      described += header.sizeBytes;
      if (header.sizeBytes > longestDescription || described > limits.descriptionBytes)
        throw new Error(
          `its headers are larger than ${Math.min(longestDescription, limits.descriptionBytes)} bytes`,
        );
      told = { ...told, ...describe(header, await whole(source, header.sizeBytes)) };
      continue;
    }
    for (let isMore = header.type === 'S' && block[482] === 1; isMore;)
      isMore = (await sparseMap(source, ++members, limits))[504] === 1;
    const name = told.path ?? header.name;
    const sizeBytes = header.type === '5' ? 0 : (told.sizeBytes ?? header.sizeBytes);
    told = {};
    if (header.type === '0' && wants({ name, sizeBytes })) use(await whole(source, sizeBytes));
    else if (!(await source.skip(padded(sizeBytes)))) throw new Error('it ends in the middle');
  }
}

/** GNU's map of a file with holes goes on in blocks of its own. */
async function sparseMap(
  source: ReturnType<typeof blocksOf>,
  count: number,
  limits: TarLimits,
): Promise<Buffer> {
  if (count > limits.members) throw new Error(`it has more than ${limits.members} members`);
  return whole(source, blockBytes);
}

/** What comes before a member says about it. What is said of all that follow names and measures nothing. */
function describe({ type }: TarHeader, bytes: Buffer): { path?: string; sizeBytes?: number } {
  if (type === 'x') return paxRecords(bytes);
  return type === 'L' ? { path: text(bytes) } : {};
}

async function whole(source: ReturnType<typeof blocksOf>, sizeBytes: number): Promise<Buffer> {
  const bytes = await source.take(padded(sizeBytes));
  if (bytes === null && sizeBytes > 0) throw new Error('it ends in the middle');
  return bytes?.subarray(0, sizeBytes) ?? Buffer.alloc(0);
}

function padded(sizeBytes: number): number {
  return Math.ceil(sizeBytes / blockBytes) * blockBytes;
}

/** Bytes by number. Null, or false, at the end. @throws Error for an end in the middle */
function blocksOf(tar: AsyncIterable<Buffer>): {
  ready: (count: number) => Buffer | null;
  take: (count: number) => Promise<Buffer | null>;
  skip: (count: number) => Promise<boolean>;
} {
  const chunks = tar[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const next = async (): Promise<boolean> => {
    const chunk = await chunks.next();
    if (chunk.done === true) return false;
    rest = chunk.value;
    return true;
  };
  const ready = (count: number): Buffer | null => {
    if (rest.length < count) return null;
    const bytes = rest.subarray(0, count);
    rest = rest.subarray(count);
    return bytes;
  };
  return {
    ready,
    take: async (count) => {
      const parts: Buffer[] = [];
      for (let missing = count; missing > 0;) {
        if (rest.length === 0 && !(await next())) {
          if (missing < count) throw new Error('it ends in the middle');
          return null;
        }
        const part = ready(Math.min(missing, rest.length)) ?? zeros;
        parts.push(part);
        missing -= part.length;
      }
      return parts.length === 1 ? (parts[0] ?? null) : Buffer.concat(parts);
    },
    skip: async (count) => {
      for (let missing = count; missing > 0;) {
        if (rest.length === 0 && !(await next())) return false;
        const skipped = Math.min(missing, rest.length);
        rest = rest.subarray(skipped);
        missing -= skipped;
      }
      return true;
    },
  };
}
