import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { logicVersions } from '../core/logic-versions.js';
import { basePassArgs } from '../kld/perplexity-args.js';
import { requireBasePerplexity } from '../kld/perplexity-log.js';
import { passOptions, type EvaluationParameters } from './evaluation.js';
import { linkModel } from './link-model.js';
import { runPerplexity } from './run-perplexity.js';
import { inputsOf, type Step } from './step.js';

/** What the logits of the unquantized model are decided by. */
export interface KldBaseInputs {
  /** Stem of the file name. */
  name: string;
  model: readonly ManifestFile[];
  corpus: ManifestFile;
  parameters: EvaluationParameters;
  toolchain: Readonly<Record<string, Json>>;
}

/** Computes the logits that every variant is compared with. */
export function kldBaseStep(inputs: KldBaseInputs): Step {
  const output = `${inputs.name}.kld`;
  const { corpus, parameters } = inputs;
  const args = basePassArgs({
    model: inputs.model[0]?.name ?? '', text: corpus.name, baseFile: output, ...passOptions(parameters),
    ...(parameters.chunks < 0 ? {} : { chunks: parameters.chunks }),
  });
  return {
    plan: { step: 'kld-base', version: logicVersions['kld-base'], parameters: { arguments: args }, inputs: [...inputsOf('model', inputs.model), ...inputsOf('corpus', [corpus])], toolchain: inputs.toolchain },
    run: async (bench) => {
      await linkModel(inputs.model, bench);
      await bench.input(corpus, corpus.name);
      const perplexity = await runPerplexity({ args, label: 'logits of the unquantized model', read: requireBasePerplexity }, bench);
      const path = join(bench.directory, output);
      const facts = { ...(await checkedBase(path)), perplexity };
      return { files: [{ name: output, path }], facts, commands: [['llama-perplexity', ...args]] };
    },
  };
}

/**
 * The dimensions of a base file, when it is complete: magic, three counts, the tokens, and for each chunk
 * (ctx - 1 - ctx/2) rows of 2 * ceil(vocabulary / 2) + 4 values of two bytes (tools/perplexity/perplexity.cpp).
 */
async function checkedBase(path: string): Promise<{ chunks: number; ctx: number; vocabulary: number }> {
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw new GgufError('KLD_BASE_MISSING', 'llama-perplexity ended without writing the base logits', { cause });
  });
  const head = Buffer.alloc(20);
  try {
    await handle.read(head, 0, head.length, 0);
  } finally {
    await handle.close();
  }
  const [ctx, vocabulary, chunks] = [head.readUInt32LE(8), head.readInt32LE(12), head.readInt32LE(16)];
  const expected = 20 + ctx * chunks * 4 + chunks * (ctx - 1 - Math.floor(ctx / 2)) * (2 * Math.floor((vocabulary + 1) / 2) + 4) * 2;
  const { size } = await stat(path);
  if (head.toString('latin1', 0, 8) !== '_logits_' || size !== expected) {
    throw new GgufError('KLD_BASE_INCOMPLETE', `the base logits have ${size} bytes instead of ${expected}`, { hint: 'llama-perplexity ends with exit code 0 when it cannot write. Is the disk full?' });
  }
  return { chunks, ctx, vocabulary };
}
