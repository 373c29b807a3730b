import { metadataFindings, type OverriddenModel } from './override-findings.js';

const model: OverriddenModel = {
  metadata: {
    'general.architecture': 'string',
    'general.tags': 'array of string x 4',
    'qwen35.context_length': 'uint32',
    'qwen35.rope.freq_base': 'float32',
    'qwen35.rope.dimension_sections': 'array of int32 x 4',
    'tokenizer.ggml.add_bos_token': 'bool',
  },
  blocks: [0, 1, 2, 3],
  hasImatrix: false,
};
const found = (overrides: readonly string[], more: Partial<OverriddenModel> = {}) =>
  metadataFindings(overrides, { ...model, ...more }).map(({ check, message }) => `${check}: ${message}`);

describe('metadataFindings', () => {
  it.each<[string, string[], Partial<OverriddenModel>, string[]]>([
    [
      'nothing, of keys that have the type',
      [
        'qwen35.context_length=int:64',
        'qwen35.rope.freq_base=float:5',
        'tokenizer.ggml.add_bos_token=bool:true',
        'general.architecture=str:a=b',
      ],
      {},
      [],
    ],
    [
      'a misspelt key, with the nearest',
      ['qwen35.context_lenght=int:64'],
      {},
      [
        "unknownKey: overrideKv 'qwen35.context_lenght=int:64' adds a key that the model does not have (did you mean 'qwen35.context_length'?)",
      ],
    ],
    [
      'a key that is like none',
      ['my.flag=bool:true'],
      {},
      ["unknownKey: overrideKv 'my.flag=bool:true' adds a key that the model does not have"],
    ],
    [
      'a key that a later override replaces',
      ['qwen35.context_length=int:64', 'qwen35.context_length=int:32'],
      {},
      ["noEffect: overrideKv 'qwen35.context_length=int:64' changes nothing: a later one has the same key"],
    ],
    [
      'a key that the tool writes itself',
      ['quantize.imatrix.file=str:mine'],
      { hasImatrix: true },
      [
        "noEffect: overrideKv 'quantize.imatrix.file=str:mine' changes nothing: llama-quantize writes this key itself when it has an importance matrix",
      ],
    ],
    ['nothing, of such a key without a matrix', ['quantize.imatrix.file=str:mine'], {}, []],
    [
      'a number that becomes a text',
      ['qwen35.context_length=str:64'],
      {},
      [
        "unloadable: overrideKv 'qwen35.context_length=str:64' turns qwen35.context_length from uint32 into string, and llama.cpp refuses a key of the wrong type",
      ],
    ],
    [
      'a list that becomes a number',
      ['general.tags=int:1'],
      {},
      [
        "unloadable: overrideKv 'general.tags=int:1' turns general.tags from array of string x 4 into uint32, and llama.cpp refuses a key of the wrong type",
      ],
    ],
    [
      'an alignment that the data does not have',
      ['general.alignment=int:64', 'general.alignment=int:32'],
      {},
      [
        "noEffect: overrideKv 'general.alignment=int:64' changes nothing: a later one has the same key",
        "unloadable: overrideKv 'general.alignment=int:64': llama-quantize writes the data aligned to 32 bytes whatever this key says, so the file could not be read",
      ],
    ],
    ['nothing, of lists that are not by layer', [], { pruneLayers: [1] }, []],
    [
      'a list by layer after a layer was removed',
      [],
      {
        pruneLayers: [1, 9],
        metadata: { ...model.metadata, 'qwen35.attention.recurrent_layers': 'array of bool x 4' },
      },
      [
        'unloadable: pruneLayers leaves 3 of 4 layers, and qwen35.attention.recurrent_layers with 4 items: llama.cpp wants one for each layer and refuses the file',
      ],
    ],
    [
      'a model without layers',
      [],
      { pruneLayers: [0, 1, 2, 3] },
      ['unloadable: pruneLayers leaves the model without a layer'],
    ],
  ])('finds %s', (...[, overrides, more, expected]) => {
    expect(found(overrides, more)).toEqual(expected);
  });
});
