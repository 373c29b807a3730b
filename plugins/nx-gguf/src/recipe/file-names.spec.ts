import type { Model } from '../core/generated/model.generated.js';
import { isTaken, nameProblems } from './file-names.js';

const source = { type: 'path', path: 'x' } as const;
const model = (changes: Partial<Model>): Model => ({ name: 'M', source, ...changes });
const variants = (...names: string[]) => ({
  quantize: Object.fromEntries(names.map((name) => [name, { ftype: 'Q4_K_M' }])),
});
const matrix = (path: string, file?: string): Partial<Model> => ({
  imatrix: { type: 'file', source: { type: 'path', path }, ...(file === undefined ? {} : { file }) },
});
const unquantized = (variant: string, type: string) =>
  `quantize.${variant}: its file would be M-${variant}.gguf, the name of the unquantized model${type}`;

describe('names of a model', () => {
  it.each<[string, Partial<Model>, string[]]>([
    ['that differ', variants('Q4_K_M', 'Q4_K_M_PLAIN', 'F16', 'F32'), []],
    [
      'of variants, in another case',
      variants('Q4_K_M', 'Q6_K', 'q4_k_m'),
      ['the variants Q4_K_M and q4_k_m differ only by case'],
    ],
    [
      'of a variant and a reference',
      { ...variants('Q4_K_M'), references: { Q4_K_M: { source }, q4_k_m: { source } } },
      [
        'Q4_K_M is both a variant and a reference',
        'the variant Q4_K_M and the reference q4_k_m differ only by case',
        'the references Q4_K_M and q4_k_m differ only by case',
      ],
    ],
  ])('%s', (_, changes, expected) => {
    expect(nameProblems(model(changes)).NAME_TAKEN).toEqual(expected);
  });

  it.each<[string, Partial<Model>, string[]]>([
    [
      'of the checkpoint in BF16, by default',
      variants('BF16', 'F16'),
      [
        unquantized(
          'BF16',
          ' of a checkpoint in BF16; "outtype" of "convert" can say that this one is converted to another type',
        ),
      ],
    ],
    ['of none, as the conversion has another type', { ...variants('BF16'), convert: { outtype: 'f16' } }, []],
    [
      'of the type that the conversion names',
      { ...variants('F16', 'f32'), convert: { outtype: 'f16' } },
      [unquantized('F16', '')],
    ],
    [
      'of that type in another case',
      { ...variants('q8_0'), convert: { outtype: 'q8_0' } },
      [unquantized('q8_0', '')],
    ],
    [
      'of the matrix',
      { ...variants('imatrix'), ...matrix('../elsewhere/m-imatrix.GGUF') },
      ['quantize.imatrix: its file would be M-imatrix.gguf, the name of the importance matrix'],
    ],
    [
      'of the matrix among the files of its source',
      { ...variants('imatrix'), ...matrix('../elsewhere', 'in/M-imatrix.gguf') },
      ['quantize.imatrix: its file would be M-imatrix.gguf, the name of the importance matrix'],
    ],
    ['of no file of a pattern', { ...variants('imatrix'), ...matrix('../*/M-imatrix.gguf') }, []],
  ])('a variant has the name %s', (_, changes, expected) => {
    const problems = nameProblems(model(changes)).VARIANT_NAME_TAKEN;
    expect(problems).toEqual(expected);
  });

  it.each<[string, string[], boolean]>([
    ['F16', ['M-f16.gguf'], true],
    ['F16', ['M-F16-00001-of-00002.gguf', 'M-F16-00002-of-00002.gguf'], true],
    ['F16', ['M-BF16.gguf'], false],
  ])('%s beside %j', (variant, files, taken) => {
    expect(isTaken(model({}), variant, files)).toBe(taken);
  });
});
