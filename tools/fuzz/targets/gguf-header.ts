import { composeGguf } from '../../../plugins/nx-gguf/src/gguf/compose.js';
import { readGgufHeader } from '../../../plugins/nx-gguf/src/gguf/header/header.js';
import { inspectGguf } from '../../../plugins/nx-gguf/src/gguf/inspect.js';
import { isSplitKey, readRawMetadata } from '../../../plugins/nx-gguf/src/gguf/header/metadata-bytes.js';
import { bytesSource } from '../../../plugins/nx-gguf/src/gguf/testing/bytes-source.js';
import { tinyGguf } from '../../../plugins/nx-gguf/src/gguf/testing/tiny-gguf.js';
import { tokenTexts } from '../../../plugins/nx-gguf/src/gguf/token-texts.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const model = {
  metadata: [
    ['general.architecture', 'string', 'llama'],
    ['general.alignment', 'uint32', 32],
    ['llama.block_count', 'uint32', 2],
    ['tokenizer.ggml.tokens', 'array', 'string', ['<s>', '</s>', 'a']],
    ['tokenizer.ggml.scores', 'array', 'float32', [0, -1, -2]],
    ['general.size', 'uint64', 12n],
    ['split.no', 'uint16', 0],
    ['flag', 'bool', true],
    ['flags', 'array', 'bool', [true, false]],
  ],
  tensors: [
    { name: 'token_embd.weight', shape: [256, 3], type: 'q4_K' },
    { name: 'output_norm.weight', shape: [256] },
    { name: 'blk.0.ffn_down.weight', shape: [32, 4], type: 'q8_0' },
  ],
} as const;

/** The header of a model, and all that is done with one that passed. */
export const ggufHeader: FuzzTarget = {
  name: 'gguf-header',
  reads: 'headers of GGUF files: of models, references, adopted files and addresses',
  rounds: 8_000,
  seeds: () => [tinyGguf(model), tinyGguf({ ...model, version: 2 }), tinyGguf({ ...model, bigEndian: true })],
  attempt: (input) =>
    codedOutcome(async () => {
      const source = bytesSource(input);
      const header = await readGgufHeader(source);
      JSON.stringify(inspectGguf(header));
      await tokenTexts(source, header);
      const { keyCount, bytes } = await readRawMetadata(source, header, isSplitKey);
      const { version, alignment, tensors } = header;
      composeGguf({ version, alignment, keyCount, metadata: bytes, tensors });
    }),
};
