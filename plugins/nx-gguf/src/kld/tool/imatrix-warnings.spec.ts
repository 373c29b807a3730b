import { imatrixWarning, mayWarn, withoutLevel } from './imatrix-warnings.js';

// As save_imatrix of tools/imatrix/imatrix.cpp prints it.
const partial = (block: number): string =>
  `W save_imatrix: entry '${`blk.${block}.ffn_gate_exps.weight`.padStart(40)}' has partial data (75.00%)`;
const told = (block: number): string =>
  `save_imatrix: entry 'blk.${block}.ffn_gate_exps.weight' has partial data (75.00%)`;

describe('imatrixWarning', () => {
  it.each<[string, string[], string | null]>([
    [
      'nothing of a good model',
      [
        'W model has unused tensor blk.8.attn_norm.weight (size = 1024 bytes) -- ignoring',
        'W llama_context: n_ctx is not divisible by n_seq_max - rounding down to 4096',
        "W load: control-looking token: 128247 '</s>' was not control-type; this is probably a bug in the model. its type will be overridden",
        'I compute_imatrix: computing over 2 chunks, n_ctx=128, batch_size=2048, n_seq=16',
        '[1]59836.1066,[2]60761.2592,',
      ],
      null,
    ],
    [
      'what it marked, each once',
      [partial(0), partial(1), partial(0)],
      `llama-imatrix: ${told(0)}, ${told(1)}`,
    ],
    [
      'few of many',
      Array.from({ length: 40 }, (_, block) => partial(block)),
      `llama-imatrix: ${[0, 1, 2, 3, 4, 5].map(told).join(', ')} and 34 more`,
    ],
    [
      'what it marked as an error and went on after',
      ['E collect_imatrix: something new'],
      'llama-imatrix: collect_imatrix: something new',
    ],
    [
      // Recorded: a mixture of 32 experts, 2 chunks of 16 tokens.
      'the lines of a real run, without those of good models',
      [
        'W llama_context: n_ctx is not divisible by n_seq_max - rounding down to 32768',
        "W save_imatrix: entry '                blk.3.ffn_up_exps.weight' has partial data (21.88%)",
        "W save_imatrix: entry '              blk.0.ffn_down_exps.weight' has partial data (12.50%)",
      ],
      "llama-imatrix: save_imatrix: entry 'blk.3.ffn_up_exps.weight' has partial data (21.88%), save_imatrix: entry 'blk.0.ffn_down_exps.weight' has partial data (12.50%)",
    ],
    ['NaN', ['[1]5.1,[2]nan,[3]nan,'], 'llama-imatrix: the perplexity is NaN from chunk 2 on'],
  ])('tells %s', (_, lines, expected) => {
    expect(imatrixWarning(lines)).toBe(expected);
    expect(imatrixWarning(lines.filter(mayWarn))).toBe(expected);
  });

  it('leaves lines without a mark as they are', () => {
    expect(['W a: b', 'a: b', 'WARNING: c'].map(withoutLevel)).toEqual(['a: b', 'a: b', 'WARNING: c']);
  });
});
