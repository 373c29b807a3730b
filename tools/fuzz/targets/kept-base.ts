import { decodeBase, encodeBase } from '../../../plugins/nx-gguf/src/kld/base/base-encoding.js';
import { madeBase } from '../../../plugins/nx-gguf/src/kld/testing/made-base.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const base = madeBase({ ctx: 8, vocabulary: 24, chunks: 2 }, 7);

/** Logits of a base pass, as a tool writes them and as they are kept: damaged ones never come out. */
export const keptBase: FuzzTarget = {
  name: 'kept-base',
  reads: 'base logits, raw and as they are kept',
  rounds: 1_500,
  seeds: async () => [base, await collected(encodeBase(one(base)))],
  attempt: (input) =>
    codedOutcome(async () => {
      const isKept = Buffer.from(input.subarray(0, 4)).toString('latin1') !== '_log';
      if (!isKept) {
        await collected(encodeBase(one(input)));
        return;
      }
      const decoded = await collected(decodeBase(one(input)));
      if (Buffer.compare(decoded, base) !== 0) throw new Error('damaged logits came out');
    }),
};

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  await Promise.resolve();
  yield bytes;
}

async function collected(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}
