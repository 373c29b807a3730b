import { bytesSource } from '../../../plugins/nx-gguf/src/gguf/testing/bytes-source.js';
import { tinyGguf } from '../../../plugins/nx-gguf/src/gguf/testing/tiny-gguf.js';
import { imatrixEntry } from '../../../plugins/nx-gguf/src/quant/plan/imatrix-entry.js';
import { stubImatrix } from '../../../plugins/nx-gguf/src/quant/tool/legacy-imatrix.js';
import { readImatrixData } from '../../../plugins/nx-gguf/src/steps/imatrix/imatrix-data.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const floats = (...values: number[]): Uint8Array => new Uint8Array(Float32Array.from(values).buffer);

/** An importance matrix of either format: its entries, and what is said of their values. */
export const imatrix: FuzzTarget = {
  name: 'imatrix',
  reads: 'importance matrices, GGUF and of the older format',
  rounds: 6_000,
  seeds: () => [
    tinyGguf({
      metadata: [
        ['general.type', 'string', 'imatrix'],
        ['imatrix.datasets', 'array', 'string', ['/home/somebody/text.txt']],
        ['imatrix.chunk_count', 'uint32', 4],
        ['imatrix.chunk_size', 'uint32', 512],
      ],
      tensors: [
        { name: 'blk.0.attn_q.weight.in_sum2', shape: [4, 1], data: floats(1, 2, 3, 4) },
        { name: 'blk.0.attn_q.weight.counts', shape: [1, 1], data: floats(4) },
        { name: 'blk.0.ffn_up_exps.weight.in_sum2', shape: [2, 2], data: floats(1, 2, 0, 0) },
        { name: 'blk.0.ffn_up_exps.weight.counts', shape: [1, 2], data: floats(4, 0) },
      ],
    }),
    Buffer.concat([stubImatrix(), Buffer.from([4, 0, 0, 0, 3, 0, 0, 0]), Buffer.from('a/b')]),
  ],
  attempt: (input) =>
    codedOutcome(async () => {
      const { header, data } = await readImatrixData(bytesSource(input));
      for await (const { name, sums, counts } of data)
        JSON.stringify(imatrixEntry(name, { sums, counts, isLegacy: header === null }));
    }),
};
