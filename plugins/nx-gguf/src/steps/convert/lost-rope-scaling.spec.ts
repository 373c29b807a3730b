import { readGgufHeader } from '../../gguf/header/header.js';
import { bytesSource } from '../../gguf/testing/bytes-source.js';
import { tinyGguf, type TinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { lostRopeScaling } from './lost-rope-scaling.js';

type Metadata = NonNullable<TinyGguf['metadata']>;

const base: Metadata = [
  ['general.architecture', 'string', 'qwen3'],
  ['qwen3.rope.freq_base', 'float32', 1_000_000],
];
const scaled = (kind: string): Metadata => [...base, ['qwen3.rope.scaling.type', 'string', kind]];
const scaling = (rope: object) => ({ rope_theta: 1_000_000, rope_scaling: rope });

describe('scaling of rotary positions that a conversion loses', () => {
  it.each<[string, object, Metadata, string | null, RegExp | null]>([
    ['none', {}, base, null, null],
    ['null', { rope_scaling: null }, base, null, null],
    ['the default', { rope_parameters: { rope_type: 'default' } }, base, null, null],
    ['sections alone', scaling({ type: 'mrope', mrope_section: [3, 3, 2] }), base, null, null],
    ['by one', scaling({ type: 'linear', factor: 1 }), base, null, null],
    ['dynamic', scaling({ type: 'dynamic', factor: 2 }), base, null, /"rope_scaling": dynamic/],
    ['of a new kind', scaling({ rope_type: 'ntk', factor: 4 }), base, null, /"rope_scaling": ntk/],
    [
      'of one kind of attention',
      { rope_parameters: { full_attention: { rope_type: 'yarn', factor: 4 } } },
      base,
      null,
      /"rope_parameters": yarn/,
    ],
    ['yarn that is kept', scaling({ rope_type: 'yarn', factor: 4 }), scaled('yarn'), null, null],
    ['yarn that is switched off', scaling({ rope_type: 'yarn', factor: 4 }), scaled('none'), null, /yarn/],
    ['llama3 in a tensor', scaling({ rope_type: 'llama3', factor: 8 }), base, 'rope_freqs.weight', null],
    ['llama3 in no tensor', scaling({ rope_type: 'llama3', factor: 8 }), base, null, /llama3/],
    ['longrope without factors', scaling({ type: 'longrope' }), scaled('longrope'), null, /longrope/],
    ['longrope', scaling({ type: 'su' }), scaled('longrope'), 'rope_factors_long.weight', null],
    [
      'a base that is lost',
      { ...scaling({ type: 'dynamic' }), rope_theta: 10_000_000 },
      base,
      null,
      /dynamic/,
    ],
    ['in the base', { ...scaling({ type: 'dynamic', alpha: 1000 }), rope_theta: 10_000 }, base, null, null],
  ])('%s', async (...[, config, metadata, tensor, finding]) => {
    const tensors = tensor === null ? [] : [{ name: tensor, shape: [32] }];
    const header = await readGgufHeader(bytesSource(tinyGguf({ metadata, tensors })));
    expect(lostRopeScaling({ ...config }, header)).toEqual(
      finding === null ? [] : [expect.stringMatching(finding)],
    );
  });
});
