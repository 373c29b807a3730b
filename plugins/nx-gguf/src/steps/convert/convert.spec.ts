import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { tinyGguf, type TinyGguf } from '../../gguf/testing/tiny-gguf.js';
import { adoptFile } from '../../store/blobs.js';
import { runCached } from '../run-cached.js';
import { playTools, testEffects } from '../testing/effects.js';
import { convertArguments, convertStep } from './convert.js';

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

describe('the settings of a conversion', () => {
  const step = (settings: ConvertSettings) =>
    convertStep({
      name: 'm',
      settings,
      metadata: null,
      checkpoint: [],
      toolchain: { source: 's', python: 'p' },
    });

  it('leave blocks for multi-token prediction out on request', () => {
    expect(convertArguments({ name: 'm', settings: { mtp: false }, metadata: null })).toContain('--no-mtp');
    expect(convertArguments({ name: 'm', settings: { mtp: true }, metadata: null })).not.toContain(
      '--no-mtp',
    );
    expect(step({ mtp: false }).action.parameters).not.toEqual(step({}).action.parameters);
    expect(step({ mtp: true }).action.parameters).toEqual(step({}).action.parameters);
  });

  it.each(['--mtp', '--no-mtp', '--no-nextn'])('say it in one way: not also with %s', (argument) => {
    expect(() => step({ extraArgs: [argument] })).not.toThrow();
    expect(() => step({ mtp: false, extraArgs: [argument] })).toThrow(
      expect.objectContaining({
        code: 'BAD_MODEL',
        message: expect.stringContaining(argument) as string,
      }) as Error,
    );
  });
});

describe('a conversion', () => {
  const model = (...names: string[]): TinyGguf => ({
    metadata: [
      ['general.architecture', 'string', 'qwen35'],
      ['qwen35.block_count', 'uint32', 2],
      ['qwen35.nextn_predict_layers', 'uint32', 1],
    ],
    tensors: names.map((name) => ({ name, shape: [4] })),
  });

  async function convert({
    gguf,
    settings = {},
    metadata = null,
    loads = true,
  }: {
    gguf: TinyGguf;
    settings?: ConvertSettings;
    metadata?: string | null;
    loads?: boolean;
  }) {
    const { runTool, ran } = playTools(
      {
        act: ({ cwd }) => {
          writeFileSync(join(cwd, 'out/m-BF16.gguf'), tinyGguf(gguf));
        },
      },
      loads
        ? {}
        : {
            exitCode: 1,
            output:
              "llama_model_load: error loading model: check_tensor_dims: tensor 'blk.1.attn_norm.weight' not found\n",
          },
    );
    const effects = testEffects({ runTool });
    const path = join(effects.store.root, 'chat_template.jinja');
    mkdirSync(effects.store.root, { recursive: true });
    writeFileSync(path, 'template');
    const checkpoint = [{ name: 'chat_template.jinja', ...(await adoptFile(effects.store, path)) }];
    const step = convertStep({
      name: 'm',
      settings,
      metadata,
      checkpoint,
      toolchain: { source: 's', python: 'p' },
    });
    return { made: await runCached(step, effects, true), ran: ran.map(({ command }) => command) };
  }

  it('is loaded once, and its findings are facts', async () => {
    const { made, ran } = await convert({
      gguf: model('blk.0.a', 'blk.1.a'),
      metadata: '{"general.license": "mit"}',
      settings: { metadata: 'meta.json' },
    });
    expect(ran).toEqual(['/tools/python', '/tools/llama-perplexity']);
    expect(made.manifest.facts['warnings']).toEqual([
      expect.stringMatching(/^meta\.json: general\.license "mit"/),
      expect.stringMatching(/^chat_template\.jinja is not in the GGUF/),
    ]);
    // The lines on the card are those that make the file.
    expect(made.manifest.provenance.commands.map(([tool]) => tool)).toEqual(['python']);
  });

  it('that cannot be loaded is no result', async () => {
    await expect(convert({ gguf: model('blk.0.a'), loads: false })).rejects.toMatchObject({
      code: 'MODEL_NOT_LOADED',
      hint: expect.stringContaining('"mtp": false') as string,
    });
  });

  it.each<[string[], TinyGguf]>([
    [[], model()],
    [['--mmproj'], model()],
    [['--mtp'], model('token_embd.weight')],
    [['--dspark'], model('token_embd.weight')],
  ])('with %j that found no weights is no result', async (extraArgs, gguf) => {
    await expect(convert({ gguf, settings: { extraArgs } })).rejects.toMatchObject({
      code: 'CONVERT_NO_WEIGHTS',
    });
  });

  it.each<[string, TinyGguf]>([
    ['--vocab-only', model()],
    ['--mtp', model('blk.1.a')],
    ['--mmproj', model('v.blk.0.a')],
  ])('with %s makes a part, which is not loaded', async (argument, gguf) => {
    expect((await convert({ gguf, settings: { extraArgs: [argument] } })).ran).toEqual(['/tools/python']);
  });

  it('of metadata that is no JSON does not begin', async () => {
    await expect(convert({ gguf: model(), metadata: '{' })).rejects.toMatchObject({ code: 'BAD_MODEL' });
  });
});
