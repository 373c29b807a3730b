import type { EvaluationSettings } from '../../core/generated/model.generated.js';
import { schemaFile } from '../../core/schema-files.js';
import { evaluationParameters } from './evaluation.js';
import { kldBaseAction } from './kld-base.js';
import { kldStep } from './kld.js';
import { actionKey } from '../step.js';

const file = (name: string, digit: string) => ({ name, sha256: digit.repeat(64), sizeBytes: 1 });

/** The keys of a measurement and of its base, as they are planned. */
function keys(
  settings: Partial<EvaluationSettings> = {},
  {
    variant = '1',
    model = '2',
    corpus = '3',
    toolchain = {},
  }: { variant?: string; model?: string; corpus?: string; toolchain?: Record<string, string> } = {},
): [measurement: string, base: string] {
  const base = {
    name: 'm',
    model: [file('m.gguf', model)],
    corpus: file('t.txt', corpus),
    parameters: evaluationParameters({ corpus: 'c', ...settings }),
    toolchain,
  };
  return [
    actionKey(kldStep({ name: 'v', variant: [file('v.gguf', variant)], base }).action),
    actionKey(kldBaseAction(base)),
  ];
}

/**
 * Every setting of an evaluation, with a value that is not its default: what can change a digit, and what
 * cannot.
 */
const deciding: Partial<EvaluationSettings> = {
  ctx: 256,
  chunks: 7,
  batch: 1024,
  ubatch: 256,
  gpuLayers: 0,
  device: ['none'],
  rpc: ['10.0.0.2:50052'],
  flashAttention: 'off',
};
const indifferent: Partial<EvaluationSettings> = { base: 'keep', baseLimit: 1, shareBase: true };

describe('the action keys of a measurement and of its base', () => {
  it.each(Object.entries(deciding))('know %s: %j', (name, value) => {
    const [measurement, base] = keys({ [name]: value });
    expect(measurement).not.toBe(keys()[0]);
    expect(base).not.toBe(keys()[1]);
  });

  it.each(Object.entries(indifferent))('know nothing of %s: %j', (name, value) => {
    expect(keys({ [name]: value })).toEqual(keys());
  });

  it('and there is no other setting', () => {
    expect(Object.keys(schemaFile('model').definitions?.['evaluation']?.properties ?? {}).sort()).toEqual(
      ['corpus', ...Object.keys(deciding), ...Object.keys(indifferent)].sort(),
    );
  });

  it.each([[{ model: '9' }], [{ corpus: '9' }], [{ toolchain: { commit: 'x' } }]])('know %j', (change) => {
    const [measurement, base] = keys({}, change);
    expect(measurement).not.toBe(keys()[0]);
    expect(base).not.toBe(keys()[1]);
  });

  it('differ in the variant, on the same base', () => {
    const [measurement, base] = keys({}, { variant: '9' });
    expect(measurement).not.toBe(keys()[0]);
    expect(base).toBe(keys()[1]);
  });
});
