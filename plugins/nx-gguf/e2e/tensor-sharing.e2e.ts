import { jest } from '@jest/globals';
import type { Json } from '../src/core/json/canonical-json.js';
import { chmodSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runStoreCommand } from '../src/commands/store-command.js';
import { putAction } from '../src/store/actions.js';
import { adoptFile } from '../src/store/blobs.js';
import { runCached } from '../src/steps/run-cached.js';
import { verifyStore } from '../src/store/verify.js';
import { runTool } from '../src/toolchain/run-tool.js';
import { campaign } from './support/campaign.js';
import { killed, timeOf } from './support/child-build.js';
import { damage } from './support/damaged-tensor.js';
import {
  asFile,
  asShards,
  imatrixOf,
  legacyImatrixOf,
  madeLlama,
  madeMixture,
} from './support/made-models.js';
import { effectsOf, quantizeLab, type LabVariant, type QuantizeLab } from './support/quantize-lab.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory } from './support/workspace.js';

const scratch = scratchDirectory();
const tools = realTools();
const tool = join(tools.bin, 'llama-quantize');
const made = madeLlama();
let count = 0;

jest.setTimeout(120_000);

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

const openLab = () => quantizeLab(join(scratch, `lab-${count++}`), tool);

/** Tensors that a run quantized, from the rules it was given; null for a run on the whole model. */
const share = (messages: readonly string[]) =>
  /(\d+) of (\d+) quantized tensors are in the store/.exec(messages.join('\n'))?.slice(1).map(Number) ?? null;

async function expectStock(lab: QuantizeLab, variant: LabVariant) {
  const built = await lab.build(variant);
  expect(built.manifest.files.map(({ sha256 }) => sha256)).toEqual(await lab.stock(variant));
  return built;
}

describe('a variant that shares tensors is what llama-quantize writes', () => {
  it.each<[string, LabVariant['settings']]>([
    ['an output type', { ftype: 'Q4_K_M', outputTensorType: 'q8_0' }],
    ['an embedding type', { ftype: 'Q4_K_M', tokenEmbeddingType: 'iq4_nl' }],
    ['the output left alone', { ftype: 'Q4_K_M', leaveOutputTensor: true }],
    ['one type for all', { ftype: 'Q4_K_M', pure: true }],
    [
      'metadata overridden',
      {
        ftype: 'Q4_K_M',
        overrideKv: ['general.name=str:x', 'llama.context_length=int:64', 'my.flag=bool:true'],
      },
    ],
    ['the one shard kept', { ftype: 'Q4_K_M', keepSplit: true, tokenEmbeddingType: 'q8_0' }],
    ['weights excluded', { ftype: 'Q4_K_M', excludeWeights: ['ffn_up', 'attn_q.'] }],
    ['weights included', { ftype: 'Q4_K_M', includeWeights: ['ffn_up'] }],
  ])('with %s', async (_, settings) => {
    const lab = await openLab();
    const base = {
      model: [await lab.file('model.gguf', asFile(made))],
      imatrix: await lab.file('imatrix.gguf', imatrixOf(made)),
    };
    await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    const { messages, manifest } = await expectStock(lab, { ...base, settings });
    expect(share(messages)?.[0]).toBeGreaterThan(0);
    // How the bytes came about leaves no trace: a fresh store gives the same manifest.
    const other = await openLab();
    const again = await other.build({
      model: [await other.file('model.gguf', asFile(made))],
      imatrix: await other.file('imatrix.gguf', imatrixOf(made)),
      settings,
    });
    expect(again.manifest).toEqual(manifest);
  });

  it('from shards, as one file and as shards', async () => {
    const lab = await openLab();
    const names = [1, 2, 3].map((index) => `model-0000${index}-of-00003.gguf`);
    const model = await Promise.all(
      asShards(made, 3).map((bytes, index) => lab.file(names[index] ?? '', bytes)),
    );
    await lab.build({ model, settings: { ftype: 'Q4_K_M' } });
    expect(
      share(
        (await expectStock(lab, { model, settings: { ftype: 'Q4_K_M' }, rules: 'attn_k=q8_0\n' })).messages,
      ),
    ).toEqual([50, 58]);
    // Shards of the output share with the single file, and with each other when only the rules of one shard
    // change.
    const kept = await expectStock(lab, {
      model,
      settings: { ftype: 'Q4_K_M', keepSplit: true },
      rules: 'attn_k=q8_0\n',
    });
    // As shards the tensors come in another order, and llama-quantize gives some of them other types.
    expect(share(kept.messages)).toEqual([50, 58]);
    expect(kept.manifest.files).toHaveLength(3);
    const changed = await expectStock(lab, {
      model,
      settings: { ftype: 'Q4_K_M', keepSplit: true },
      rules: 'blk\\.7\\.attn_k=q6_k\nattn_k=q8_0\n',
      name: 'other',
    });
    expect(share(changed.messages)).toEqual([57, 58]);
  });

  it('with an importance matrix that changed for two tensors', async () => {
    const lab = await openLab();
    const model = [await lab.file('model.gguf', asFile(madeMixture()))];
    const settings = { ftype: 'IQ3_XXS' };
    await lab.build({ model, settings, imatrix: await lab.file('imatrix.gguf', imatrixOf(madeMixture())) });
    const change = ['blk.1.attn_q.weight', 'blk.2.ffn_up_exps.weight'];
    const { messages } = await expectStock(lab, {
      model,
      settings,
      imatrix: await lab.file('imatrix.gguf', imatrixOf(madeMixture(), { change })),
    });
    const [known, all] = share(messages) ?? [];
    expect((all ?? 0) - (known ?? 0)).toBe(2);
  });

  it('with q8_0 tensors, on which the importance matrix has no influence', async () => {
    const lab = await openLab();
    const model = [await lab.file('model.gguf', asFile(made))];
    await lab.build({ model, settings: { ftype: 'Q8_0' } });
    const { messages } = await expectStock(lab, {
      model,
      settings: { ftype: 'Q8_0' },
      imatrix: await lab.file('imatrix.gguf', imatrixOf(made)),
    });
    expect(share(messages)).toEqual([58, 58]);
  });

  it('with an importance matrix in the legacy format', async () => {
    const lab = await openLab();
    const base = {
      model: [await lab.file('model.gguf', asFile(made))],
      imatrix: await lab.file('imatrix.dat', legacyImatrixOf(made)),
    };
    await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    expect(
      share(
        (await expectStock(lab, { ...base, settings: { ftype: 'Q4_K_M' }, rules: 'attn_k=iq2_s\n' }))
          .messages,
      ),
    ).toEqual([50, 58]);
    const changed = await lab.file(
      'imatrix.dat',
      legacyImatrixOf(made, { change: ['blk.1.ffn_up.weight', 'blk.5.attn_q.weight'] }),
    );
    expect(
      share((await expectStock(lab, { ...base, imatrix: changed, settings: { ftype: 'Q4_K_M' } })).messages),
    ).toEqual([56, 58]);
  });

  it('after the model was converted again with other metadata', async () => {
    const lab = await openLab();
    const imatrix = await lab.file('imatrix.gguf', imatrixOf(made));
    await lab.build({
      model: [await lab.file('model.gguf', asFile(made))],
      settings: { ftype: 'Q5_K_M' },
      imatrix,
    });
    const changed = asFile({
      ...made,
      metadata: [...made.metadata, ['tokenizer.chat_template', 'string', 'fixed']],
    });
    expect(
      share(
        (
          await expectStock(lab, {
            model: [await lab.file('model.gguf', changed)],
            settings: { ftype: 'Q5_K_M' },
            imatrix,
          })
        ).messages,
      ),
    ).toEqual([58, 58]);
  });

  it('when quantized tensors are quantized again', async () => {
    const lab = await openLab();
    const first = await lab.build({
      model: [await lab.file('model.gguf', asFile(made))],
      settings: { ftype: 'Q8_0' },
    });
    const model = first.manifest.files;
    await lab.build({ model, settings: { ftype: 'Q4_K_M', allowRequantize: true } });
    expect(
      share(
        (
          await expectStock(lab, {
            model,
            settings: { ftype: 'Q4_K_M', allowRequantize: true },
            rules: 'attn_k=q5_k\n',
          })
        ).messages,
      ),
    ).toEqual([50, 58]);
    // Without the option llama-quantize refuses, and so does a splice of what is known.
    await expect(lab.build({ model, settings: { ftype: 'Q4_K_M' } })).rejects.toMatchObject({
      code: 'QUANTIZE_REQUANTIZES',
    });
  });
});

describe('what cannot be shared for sure is quantized as a whole', () => {
  it.each<[string, LabVariant['settings']]>([
    ['layers are pruned', { ftype: 'Q4_K_M', pruneLayers: [3] }],
    ['the layout of the file is overridden', { ftype: 'Q4_K_M', overrideKv: ['split.count=int:1'] }],
  ])('and says why: %s', async (reason, settings) => {
    const lab = await openLab();
    const base = { model: [await lab.file('model.gguf', asFile(made))] };
    await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    expect((await expectStock(lab, { ...base, settings })).messages).toEqual([
      `Q4_K_M: quantizing the whole model, because ${reason}`,
    ]);
  });

  it('fails as llama-quantize does where the same tensors are known from a variant that may have them', async () => {
    const lab = await openLab();
    const base = {
      model: [await lab.file('model.gguf', asFile(made))],
      imatrix: await lab.file('imatrix.gguf', imatrixOf(made, { leaveOut: ['blk.2.ffn_up.weight'] })),
    };
    await lab.build({ ...base, settings: { ftype: 'Q2_K' } });
    await expect(lab.build({ ...base, settings: { ftype: 'Q2_K_S' } })).rejects.toMatchObject({
      code: 'QUANTIZE_NEEDS_IMATRIX',
    });
  });
});

describe('a damaged donor', () => {
  it.each([
    ['is detected by its digest, and the tensor computed', 'quietly'],
    ['is detected by its time', 'openly'],
  ])('%s', async (_, how) => {
    const lab = await openLab();
    const base = { model: [await lab.file('model.gguf', asFile(made))] };
    const { manifest } = await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    const blob = lab.store.blob(manifest.files[0]?.sha256 ?? '');
    await damage(blob, 'blk.5.ffn_up.weight', how === 'quietly');
    const { messages } = await expectStock(lab, {
      ...base,
      settings: { ftype: 'Q4_K_M' },
      rules: 'attn_k=q8_0\n',
    });
    expect(messages.join('\n')).toMatch(
      how === 'quietly' ? /TENSOR_DAMAGED: .* nothing of that file is used/ : /^$/,
    );
    expect(existsSync(blob)).toBe(false);
    expect((await verifyStore(lab.store, { repair: false })).damagedBlobs).toEqual([]);
  });

  it('that is the source of a copied tensor is in quarantine, and has to be made again', async () => {
    const lab = await openLab();
    const first = await lab.build({
      model: [await lab.file('model.gguf', asFile(made))],
      settings: { ftype: 'F16' },
    });
    const model = first.manifest.files;
    await lab.build({ model, settings: { ftype: 'Q4_K_M' } });
    await damage(lab.store.blob(model[0]?.sha256 ?? ''), 'blk.5.ffn_norm.weight', true);
    await expect(
      lab.build({ model, settings: { ftype: 'Q4_K_M', overrideKv: ['general.name=str:x'] } }),
    ).rejects.toMatchObject({ code: 'BLOB_MISSING' });
    expect(existsSync(lab.store.quarantined(model[0]?.sha256 ?? ''))).toBe(true);
  });
});

describe('a rebuild in full', () => {
  it('finds the same bytes in spliced variants, and the tensor that differs in a wrong one', async () => {
    const lab = await openLab();
    const build = (JSON.parse(readFileSync(join(tools.bin, 'nx-gguf.json'), 'utf8')) as { identity: Json })
      .identity;
    const base = {
      model: [await lab.file('model.gguf', asFile(made))],
      imatrix: await lab.file('imatrix.gguf', imatrixOf(made)),
      build,
    };
    await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    const spliced = await lab.build({
      ...base,
      settings: { ftype: 'Q4_K_M' },
      rules: 'attn_k=q8_0\n',
      name: 'spliced',
    });
    await lab.build({ model: base.model, settings: { ftype: 'Q8_0' } });
    const lines: string[] = [];
    const verify = (...args: readonly string[]) =>
      runStoreCommand(['verify', ...args], {
        env: { NX_GGUF_STORE: lab.store.root, NX_GGUF_TOOLCHAINS: dirname(tools.bin) },
        nowMs: 0,
        print: (text) => lines.push(text),
      });
    expect(await verify('--deep')).toBe(0);
    expect(lines.at(-1)).toBe('2 variants rebuilt with the same bytes, 0 different, 1 skipped');

    // A wrong result that is sound by its digest.
    const [file] = spliced.manifest.files;
    const wrong = join(scratch, 'wrong.gguf');
    writeFileSync(wrong, readFileSync(lab.store.blob(file?.sha256 ?? '')));
    await damage(wrong, 'blk.5.ffn_up.weight', false);
    await putAction(lab.store, {
      ...spliced.manifest,
      files: [{ name: 'spliced.gguf', ...(await adoptFile(lab.store, wrong)) }],
    });
    expect(await verify('--deep')).toBe(1);
    expect(lines.join('\n')).toMatch(
      /different \w{12} spliced\.gguf: spliced\.gguf: tensor blk\.5\.ffn_up\.weight differs in 1 bytes, from byte 77 on/,
    );
    expect(await verify('--deep', '--repair')).toBe(0);
    expect(await verify('--deep')).toBe(0);
  });
});

describe('kill -9', () => {
  it('at any moment leaves a store from which the right bytes come', async () => {
    const lab = await openLab();
    const base = { model: [await lab.file('model.gguf', asFile(made))], imatrix: null, rules: null };
    await lab.build({ ...base, settings: { ftype: 'Q4_K_M' } });
    const rounds = campaign === null ? 4 : 8 * campaign.rounds;
    const whole = await timeOf({ ...base, settings: { ftype: 'Q4_K_S' }, name: 'timed' }, { lab, tool });
    for (let round = 0; round < rounds; round += 1) {
      const variant = {
        ...base,
        settings: { ftype: 'Q4_K_M', overrideKv: [`general.name=str:${round}`] },
        rules: `blk\\.${round % 8}\\..*=q5_k\n`,
        name: `killed-${round}`,
      };
      await killed(variant, { lab, tool, afterMs: (whole * (round + 1)) / (rounds + 1) });
      await expectStock(lab, variant);
    }
    const found = await verifyStore(lab.store, { repair: false });
    expect(found).toMatchObject({ damagedBlobs: [], damagedActions: [], tensors: { problems: [] } });
  }, 3_000_000);
});

describe('variants built at the same time', () => {
  it('in one process each: no tensor is quantized twice', async () => {
    const lab = await openLab();
    const base = { model: [await lab.file('model.gguf', asFile(made))] };
    const log: string[] = [];
    const logging = (run: Parameters<typeof runTool>[0]) =>
      runTool({
        ...run,
        onOutput: (text, stream) => {
          log.push(text);
          run.onOutput?.(text, stream);
        },
      });
    const variants = [{ ftype: 'Q4_K_M' }, { ftype: 'Q4_K_S' }, { ftype: 'Q5_K_M' }, { ftype: 'Q6_K' }].map(
      (settings) => ({ ...base, settings }),
    );
    const built = await Promise.all(
      variants.map(async (variant) =>
        runCached(
          await lab.step(variant),
          effectsOf(lab.store, tool, { runTool: logging, report: () => undefined }),
          true,
        ),
      ),
    );
    for (const [index, variant] of variants.entries())
      expect(built[index]?.manifest.files.map(({ sha256 }) => sha256)).toEqual(await lab.stock(variant));
    expectEachOnce(log.join(''));
  });

  it('by Nx, in parallel tasks: no tensor is quantized twice', async () => {
    const workspace = await createWorkspace(join(scratch, 'workspace'), {
      store: join(scratch, 'workspace-store'),
      tools,
    });
    const log = join(scratch, 'quantize.log');
    const shim = join(workspace.root, 'shims/bin/llama-quantize');
    writeFileSync(
      shim,
      `#!/bin/sh\ncase "$*" in *--dry-run*) exec '${tool}' "$@";; esac\n'${tool}' "$@" > '${log}'.$$ 2>&1; code=$?; cat '${log}'.$$; exit $code\n`,
    );
    chmodSync(shim, 0o755);
    const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:quantize', '--parallel=4']);
    expect({ exitCode, output: exitCode === 0 ? '' : output }).toEqual({ exitCode: 0, output: '' });
    expectEachOnce(
      readdirSync(scratch)
        .filter((name) => name.startsWith('quantize.log.'))
        .map((name) => readFileSync(join(scratch, name), 'utf8'))
        .join('\n'),
    );
    const verified = await workspace.run(['run', 'tiny-qwen35:quantize:Q6_K', '--verify']);
    expect(verified).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/Q6_K.* same bytes as one run of llama-quantize/) as string,
    });
    const inspected = await workspace.run(['run', 'tiny-qwen35:inspect', '--variant', 'Q4_K_M']);
    expect(inspected).toMatchObject({
      exitCode: 0,
      output: expect.stringMatching(/attn_qkv +\| +\d+ \| q8_0 /) as string,
    });
  }, 600_000);
});

/** From what llama-quantize printed: no tensor became the same type twice. */
function expectEachOnce(log: string): void {
  const made = [...log.matchAll(/^\[ *\d+\/ *\d+\] +(\S+) .*converting to (\w+) \.\./gm)].map(
    ([, name = '', type = '']) => `${name} ${type}`,
  );
  expect(made.length).toBeGreaterThan(30);
  expect(made.filter((one, index) => made.indexOf(one) < index)).toEqual([]);
}
