import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ftypes } from '../src/quant/tool/ftypes.js';
import { cutQwen35 } from './support/cut-qwen35.js';
import { asFile, imatrixOf, madeLlama, madeMixture } from './support/made-models.js';
import { quantizeLab, type LabVariant, type QuantizeLab } from './support/quantize-lab.js';
import { createWorkspace, realTools, scratchDirectory } from './support/workspace.js';

const scratch = scratchDirectory();
const tools = realTools();
const rules = '\\.attn_k\\.weight$=q8_0\n\\.ffn_down.*=q5_k\n';

afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

/** Everything that llama-quantize knows, on models of three kinds. */
describe.each(['qwen35', 'llama', 'mixture'])('%s: a spliced file is what llama-quantize writes', (kind) => {
  let model: { bytes: Uint8Array; imatrix: Uint8Array };

  beforeAll(async () => {
    model = await modelOf(kind);
  }, 600_000);

  describe.each([
    ['without', false],
    ['with', true],
  ])('%s imatrix', (_, hasImatrix) => {
    let lab: QuantizeLab;
    let base: Pick<LabVariant, 'model' | 'imatrix'>;

    beforeAll(async () => {
      lab = await quantizeLab(
        join(scratch, `${kind}-${String(hasImatrix)}`),
        join(tools.bin, 'llama-quantize'),
      );
      base = {
        model: [await lab.file('model.gguf', model.bytes)],
        imatrix: hasImatrix ? await lab.file('imatrix.gguf', model.imatrix) : null,
      };
    });

    it.each(ftypes.map(({ name }) => name).filter((name) => !(name === 'COPY' && hasImatrix)))(
      '%s, with rules and without',
      async (ftype) => {
        const plain: LabVariant = { ...base, settings: { ftype }, rules: null };
        for (const variant of isMixed(ftype) ? [plain, { ...plain, rules }] : [plain]) {
          const stock = await lab.stock(variant).catch(() => null);
          // A neighbour comes first, so that there is something to share: with other metadata, and with one other tensor where rules count.
          const neighbour = lab.build({
            ...variant,
            name: 'neighbour',
            settings: { ftype, overrideKv: ['general.name=str:neighbour'] },
            rules: isMixed(ftype) ? `^blk\\.3\\.attn_q\\.weight$=q6_k\n${variant.rules ?? ''}` : null,
          });
          if (stock === null) {
            const refused = expect.stringMatching(
              kind === 'mixture' ? /^QUANTIZE_(NEEDS_IMATRIX|FAILED)$/ : /^QUANTIZE_NEEDS_IMATRIX$/,
            ) as string;
            await expect(neighbour).rejects.toMatchObject({ code: refused });
            await expect(lab.build(variant)).rejects.toMatchObject({ code: refused });
            continue;
          }
          await neighbour;
          const { manifest, messages, runs } = await lab.build(variant);
          expect(manifest.files.map(({ sha256 }) => sha256)).toEqual(stock);
          expect(messages.join('\n')).toMatch(
            ftype === 'COPY'
              ? /because tensors are only copied/
              : /\d+ of \d+ quantized tensors are in the store/,
          );
          // one run on the whole model, or one for metadata and at most one for the missing tensors
          expect(runs.filter((args) => !args.some((argument) => argument.startsWith('part-')))).toHaveLength(
            ftype === 'COPY' ? 1 : 0,
          );
          expect(runs.filter((args) => args.includes('part-0-in.gguf')).length).toBeLessThanOrEqual(1);
          expect(runs.length).toBeLessThanOrEqual(2);
        }
      },
      120_000,
    );
  });
});

/** The embedded model as the real converter makes it, or a model made here. */
async function modelOf(kind: string): Promise<{ bytes: Uint8Array; imatrix: Uint8Array }> {
  if (kind !== 'qwen35') {
    const made = kind === 'llama' ? madeLlama() : madeMixture();
    return { bytes: asFile(made), imatrix: imatrixOf(made) };
  }
  const workspace = await createWorkspace(join(scratch, 'workspace'), {
    store: join(scratch, 'workspace-store'),
    tools,
  });
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:convert']);
  if (exitCode !== 0) throw new Error(output);
  return cutQwen35(readFileSync(join(workspace.root, 'dist/tiny-qwen35/tiny-qwen35-BF16.gguf')));
}

/** True when tensor-type rules count: llama-quantize ignores them for types without blocks. */
function isMixed(ftype: string): boolean {
  return !['F32', 'F16', 'BF16', 'COPY'].includes(ftype);
}
