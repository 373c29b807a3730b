import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tensorSizeBytes, tensorTypeByName, type TensorTypeName } from '../../gguf/tensor-type.js';
import { decidingRules, matchedNames } from '../../quant/rules/rule-matching.js';
import { parseTensorTypes } from '../../quant/rules/tensor-types.js';
import type { RunTool } from '../../toolchain/run-tool.js';

/** A tensor of the played model. */
export interface PlayedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

const mib = 1024 * 1024;

/**
 * A `llama-quantize --dry-run` in few lines: options, rules and a mixture of Q4_K_M in which the first
 * `attn_v` that no rule names gets more bits, and rows that are no multiple of 256 fall back.
 */
export function playedQuantize(tensors: readonly PlayedTensor[]): RunTool {
  return ({ args, cwd, onOutput }) => {
    const rulesFile = join(cwd, 'tensor_types.txt');
    const rules = existsSync(rulesFile) ? parseTensorTypes(readFileSync(rulesFile, 'utf8')).rules : [];
    const ruleOf = (name: string) => decidingRules(rules, matchedNames([name])).get(name) ?? null;
    const valueOf = (flag: string) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
    const embedding = valueOf('--token-embedding-type');
    const output = valueOf('--output-tensor-type');
    let isFirstValue = true;
    const typeOf = ({ name, shape }: PlayedTensor): { to: TensorTypeName; fallback: string } => {
      const as = (text: string) => ({ to: tensorTypeByName(text)?.name ?? 'f32', fallback: '' });
      if (shape.length < 2) return as('bf16');
      if (name === 'token_embd.weight' && embedding !== undefined) return as(embedding);
      const rule = ruleOf(name);
      let wanted: string = rule?.type ?? 'q4_K';
      if (rule === null && name === 'token_embd.weight' && output !== undefined) wanted = output;
      if (rule === null && name.includes('attn_v') && isFirstValue) {
        isFirstValue = false;
        wanted = 'q6_K';
      }
      const blocks = tensorTypeByName(wanted)?.blockElements ?? 1;
      if ((shape[0] ?? 0) % blocks === 0) return as(wanted);
      return {
        to: 'q8_0',
        fallback: `warning: ${name} - ncols ${shape[0] ?? 0} not divisible by ${blocks} (required for type ${wanted}) -> falling back to q8_0\n`,
      };
    };
    const made = tensors.map((tensor) => ({ ...tensor, ...typeOf(tensor) }));
    const bytes = (type: TensorTypeName | 'bf16', shape: readonly number[]) =>
      tensorSizeBytes(tensorTypeByName(type) ?? failed(type), shape);
    const lines = made.map(({ name, shape, to }, index) => {
      const dimensions = [...shape, 1, 1, 1].slice(0, 4).join(', ');
      const head = `[${index + 1}/${made.length}] ${name} - [${dimensions}], type = bf16, size = `;
      return to === 'bf16'
        ? `${head}${(bytes(to, shape) / mib).toFixed(3)} MiB`
        : `${head}${(bytes('bf16', shape) / mib).toFixed(2)} MiB -> ${(bytes(to, shape) / mib).toFixed(2)} MiB (${to})`;
    });
    const total = (of: (tensor: (typeof made)[number]) => number) =>
      (made.reduce((sum, tensor) => sum + of(tensor), 0) / mib).toFixed(2);
    const text = [
      ...made.map(({ fallback }) => fallback.trimEnd()).filter((line) => line !== ''),
      ...lines,
      `llama_model_quantize_impl: model size  = ${total(({ shape }) => bytes('bf16', shape))} MiB (16.00 BPW)`,
      `llama_model_quantize_impl: quant size  = ${total(({ shape, to }) => bytes(to, shape))} MiB (4.00 BPW)`,
    ].join('\n');
    onOutput?.(`${text}\n`, 'stderr');
    return Promise.resolve({ exitCode: 0, ending: 'ended with exit code 0', output: text });
  };
}

function failed(type: string): never {
  throw new Error(`no type ${type}`);
}
