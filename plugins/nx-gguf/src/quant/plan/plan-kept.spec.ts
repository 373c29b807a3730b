import { requireAsPlanned } from './plan-kept.js';
import { quantizationPlan } from './tensor-plan.js';
import { dryRun } from '../testing/dry-runs.js';

const run = dryRun('a f16 q4_K', 'b f32 f32');
const plan = quantizationPlan({ rules: [], options: { ftype: 'Q4_K_M' }, actual: run, stock: run });

describe('requireAsPlanned', () => {
  it('passes what is as planned', () => {
    expect(() => requireAsPlanned(plan, { a: 'q4_K', b: 'f32' }, 'm')).not.toThrow();
  });

  it('names every tensor that is not', () => {
    expect(() => requireAsPlanned(plan, { a: 'q5_0', c: 'f16' }, 'm')).toThrow(
      expect.objectContaining({
        code: 'PLAN_NOT_KEPT',
        message:
          'm: llama-quantize made 3 tensors that the plan does not have\na: planned q4_K, made q5_0\nb: planned f32, made nothing\nc: not planned, made f16',
      }) as Error,
    );
  });
});
