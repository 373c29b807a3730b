import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { lfsPointerError, readLfsPointer } from '../../../plugins/nx-gguf/src/core/lfs-pointer.js';
import { extractMember } from '../../../plugins/nx-gguf/src/upstream/archive-member.js';
import { zipOf } from '../../../plugins/nx-gguf/src/upstream/testing/zip.js';
import { checkpointTensors } from '../../../plugins/nx-gguf/src/steps/convert/checkpoint-tensors.js';
import { checkSafetensors } from '../../../plugins/nx-gguf/src/steps/convert/check-safetensors.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const text = Buffer.from('the text of the corpus\n'.repeat(8));
const directory = mkdtempSync(join(tmpdir(), 'nx-gguf-fuzz-'));
process.on('exit', () => rmSync(directory, { recursive: true, force: true }));

function tarOf(name: string, data: Buffer): Buffer {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write('0000000\0', 108);
  head.write('0000000\0', 116);
  head.write(`${data.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\0', 257);
  head.write('00', 263);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([head, data, Buffer.alloc(1024 + ((512 - (data.length % 512)) % 512))]);
}

/** An archive of which one member is taken; nothing else is written, and nothing is left of a failure. */
export const archives: FuzzTarget = {
  name: 'archive',
  reads: 'zip, tar and tar.gz archives',
  rounds: 800,
  seeds: () => [
    zipOf([
      { name: 'texts/wiki.raw', data: text },
      { name: 'other', data: text, isStored: true },
    ]),
    tarOf('texts/wiki.raw', text),
    gzipSync(tarOf('texts/wiki.raw', text)),
  ],
  attempt: async (input) => {
    const archive = join(directory, 'archive');
    const to = join(directory, 'member');
    await writeFile(archive, input);
    const outcome = await codedOutcome(() =>
      extractMember({ archive, name: 'archive', member: 'texts/wiki.raw', to }),
    );
    const left = readdirSync(directory).filter((name) => name !== 'archive');
    if (left.join() !== (outcome === 'ok' ? 'member' : '')) throw new Error(`left behind: ${left.join()}`);
    rmSync(to, { force: true });
    return outcome;
  },
};

/** Headers of safetensors files: a length, then JSON. */
export const safetensors: FuzzTarget = {
  name: 'safetensors',
  reads: 'headers and indexes of safetensors files',
  rounds: 4_000,
  seeds: () => {
    const header = Buffer.from(
      JSON.stringify({
        __metadata__: { format: 'pt' },
        'model.embed.weight': { dtype: 'BF16', shape: [4, 2], data_offsets: [0, 16] },
      }),
    );
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return [
      Buffer.concat([length, header, Buffer.alloc(16)]),
      Buffer.from('{"weight_map":{"model.embed.weight":"model-00001-of-00001.safetensors"}}'),
    ];
  },
  attempt: async (input) => {
    const name = input[0] === 0x7b ? 'model.safetensors.index.json' : 'model.safetensors';
    await writeFile(join(directory, name), input);
    try {
      return await codedOutcome(async () => {
        await checkSafetensors(directory, [name]);
        return (await checkpointTensors(directory, [name])).length > 0 ? 'names' : 'none';
      });
    } finally {
      rmSync(join(directory, name));
    }
  },
};

/** What git has in place of a file in Git LFS. */
export const lfsPointers: FuzzTarget = {
  name: 'lfs-pointer',
  reads: 'pointers of Git LFS',
  rounds: 3_000,
  seeds: () => [
    Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${'a'.repeat(64)}\nsize 12345\n`),
  ],
  attempt: (input) =>
    codedOutcome(() => {
      const pointer = readLfsPointer(Buffer.from(input).toString('utf8'));
      if (pointer === null) return 'another text';
      if (!Number.isNaN(pointer.sizeBytes) && !Number.isSafeInteger(pointer.sizeBytes))
        throw new Error(`a size of ${pointer.sizeBytes}`);
      throw lfsPointerError('a file', pointer, 'Run `git lfs pull`.');
    }),
};
