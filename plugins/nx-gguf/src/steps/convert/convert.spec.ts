import { convertArguments } from './convert.js';

describe('convertArguments', () => {
  it('names the checkpoint, the output and what the recipe decides', () => {
    expect(
      convertArguments({
        name: 'm',
        settings: { outtype: 'bf16', modelName: 'M', extraArgs: ['--use-temp-file'] },
        metadata: '{}',
      }),
    ).toEqual([
      'm',
      '--outfile',
      'out/m-{FTYPE}.gguf',
      '--outtype',
      'bf16',
      '--model-name',
      'M',
      '--metadata',
      'metadata.json',
      '--use-temp-file',
    ]);
  });

  it.each(['out', 'OUT'])('keeps the checkpoint of a model named %s apart from the output', (name) => {
    expect(convertArguments({ name, settings: {}, metadata: null })).toEqual([
      name,
      '--outfile',
      `converted/${name}-{FTYPE}.gguf`,
      '--outtype',
      'auto',
    ]);
  });
});
