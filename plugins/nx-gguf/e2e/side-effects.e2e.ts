import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { qwen35Gguf, qwen35Small, type Qwen35Shape } from '../src/gguf/testing/qwen35-gguf.js';
import { pinRules, sideEffects } from '../src/quant/rules/pins.js';
import { quantizationPlan } from '../src/quant/plan/tensor-plan.js';
import type { PlanRule } from '../src/quant/plan/plan-rule.js';
import { normalizeTensorTypes, parseTensorTypes } from '../src/quant/rules/tensor-types.js';
import { realDryRun } from './support/dry-run.js';
import { repository } from './support/repository.js';
import { scratchDirectory } from './support/workspace.js';

const { rules } = parseTensorTypes(
  readFileSync(join(repository, 'models/qwen35-08b/tensor_types.txt'), 'utf8'),
);
const directory = scratchDirectory();
const small: Qwen35Shape = {
  layers: 8,
  hidden: 256,
  feedForward: 768,
  heads: 4,
  keyValueHeads: 2,
  headSize: 64,
  linearHeads: 4,
  linearHeadSize: 64,
  vocabulary: 1000,
};

const shapes = { small, '0.8B': qwen35Small };

afterAll(() => rmSync(directory, { recursive: true }));

async function planned(shape: Qwen35Shape, ftype: string, tried: readonly PlanRule[]) {
  const model = qwen35Gguf(shape);
  const stock = (await realDryRun(model, { directory, ftype })).dryRun;
  const actual = (await realDryRun(model, { directory, ftype, rules: normalizeTensorTypes(tried) })).dryRun;
  return { stock, plan: quantizationPlan({ rules: tried, options: { ftype }, actual, stock }) };
}

describe('the rules of the reference model, which name no attn_v', () => {
  it.each<[keyof typeof shapes, string, string[]]>([
    ['small', 'Q4_K_M', ['blk.7.attn_v.weight q6_K -> q4_K']],
    ['0.8B', 'Q4_K_M', ['blk.3.attn_v.weight q4_K -> q6_K', 'blk.7.attn_v.weight q4_K -> q6_K']],
    ['0.8B', 'Q5_K_M', ['blk.3.attn_v.weight q5_K -> q6_K', 'blk.7.attn_v.weight q5_K -> q6_K']],
    ['0.8B', 'Q6_K', []],
  ])(
    'change the type of these tensors of the %s shape as %s, and pins keep them: %j',
    async (size, ftype, expected) => {
      const shape = shapes[size];
      const { plan, stock } = await planned(shape, ftype, rules);
      expect(sideEffects(plan).map(({ name, stock: before, to }) => `${name} ${before} -> ${to}`)).toEqual(
        expected,
      );

      const pinned = await planned(shape, ftype, [...rules, ...pinRules(plan, stock)]);
      expect(sideEffects(pinned.plan)).toEqual([]);
      const types = new Map(pinned.plan.tensors.map(({ name, to }) => [name, to]));
      const named = new Set(
        plan.tensors.filter(({ because }) => because.kind === 'rule').map(({ name }) => name),
      );
      expect(stock.tensors.filter(({ name, to }) => !named.has(name) && types.get(name) !== to)).toEqual([]);
      expect(named.size).toBe(3 * (shape.layers - shape.layers / 4));
    },
  );
});
