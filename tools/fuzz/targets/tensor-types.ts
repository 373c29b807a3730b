import { readFileSync } from 'node:fs';
import { readDryRun } from '../../../plugins/nx-gguf/src/quant/tool/dry-run.js';
import { kldReader } from '../../../plugins/nx-gguf/src/kld/tool/kld-reader.js';
import { decidingRules, matchedNames } from '../../../plugins/nx-gguf/src/quant/rules/rule-matching.js';
import { parseTensorTypes } from '../../../plugins/nx-gguf/src/quant/rules/tensor-types.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const matched = matchedNames(['blk.0.attn_gate.weight', 'output.weight', '']);

/** A file of tensor types: its rules, and which names they match. */
export const tensorTypes: FuzzTarget = {
  name: 'tensor-types',
  reads: 'tensor_types.txt, and each of its patterns',
  rounds: 4_000,
  seeds: () =>
    [
      '# rules\n.*\\.attn_gate\\.weight$=q8_0\n.*\\.ssm_out\\.weight$=q8_0\n',
      'blk\\.([0-9]|1[0-9])\\.ffn_(up|down)=q5_K\ntoken_embd=q6_K\n\n output = bf16 \n',
    ].map((text) => Buffer.from(text)),
  attempt: (input) =>
    codedOutcome(() => {
      const { rules, problems } = parseTensorTypes(Buffer.from(input).toString('utf8'));
      decidingRules(rules, matched);
      return `${rules.length > 0 ? 'rules' : 'none'}, ${problems.length > 0 ? 'problems' : 'sound'}`;
    }),
};

const recorded = (path: string): Buffer =>
  readFileSync(new URL(`../../../plugins/nx-gguf/src/${path}`, import.meta.url));

/** What llama.cpp's programs print, with whatever names a model brings into it. */
export const toolOutput: FuzzTarget = {
  name: 'tool-output',
  reads: 'lines that llama-quantize and llama-perplexity print',
  rounds: 2_000,
  seeds: () => [recorded('quant/recorded/plan-fallback.log'), recorded('kld/recorded/variant.log')],
  attempt: (input) =>
    codedOutcome(() => {
      const text = Buffer.from(input).toString('utf8');
      if (text.includes('llama_model_quantize')) {
        readDryRun(text.split('\n'));
        return 'dry run';
      }
      const reader = kldReader();
      for (const line of text.split('\n')) reader.line(line);
      reader.result();
      return 'figures';
    }),
};
