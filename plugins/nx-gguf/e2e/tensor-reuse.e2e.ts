import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ftypes } from '../src/quant/ftypes.js';
import { asFile, imatrixOf, madeLlama, madeMixture } from './support/made-models.js';
import { quantizeLab, type LabVariant, type QuantizeLab } from './support/quantize-lab.js';
import { realTools, scratchDirectory } from './support/workspace.js';

const scratch = scratchDirectory();
const tool = join(realTools().bin, 'llama-quantize');
const models = { llama: madeLlama(), mixture: madeMixture() };
const rules = '\\.attn_k\\.weight$=q8_0\n\\.ffn_down.*=q5_k\n';

afterAll(() => { rmSync(scratch, { recursive: true, force: true }); });

describe.each(Object.entries(models))('%s: a spliced file is what llama-quantize writes', (name, made) => {
  describe.each([['without', false], ['with', true]])('%s imatrix', (_, hasImatrix) => {
    let lab: QuantizeLab;
    let base: Pick<LabVariant, 'model' | 'imatrix'>;

    beforeAll(async () => {
      lab = await quantizeLab(join(scratch, `${name}-${String(hasImatrix)}`), tool);
      base = { model: [await lab.file('model.gguf', asFile(made))], imatrix: hasImatrix ? await lab.file('imatrix.gguf', imatrixOf(made)) : null };
    });

    it.each(ftypes.map(({ name: ftype }) => ftype))('%s, with rules and without', async (ftype) => {
      for (const variant of isMixed(ftype) ? [{ ...base, settings: { ftype }, rules: null }, { ...base, settings: { ftype }, rules }] : [{ ...base, settings: { ftype }, rules: null }]) {
        const stock = await lab.stock(variant).catch(() => null);
        // A neighbour comes first, so that there is something to share: with other metadata, and with one other tensor where rules count.
        const neighbour = lab.build({ ...variant, name: 'neighbour', settings: { ftype, overrideKv: ['general.name=str:neighbour'] }, rules: isMixed(ftype) ? `^blk\\.3\\.attn_q\\.weight$=q6_k\n${variant.rules ?? ''}` : null });
        if (stock === null) {
          await expect(neighbour).rejects.toMatchObject({ code: 'QUANTIZE_NEEDS_IMATRIX' });
          await expect(lab.build(variant)).rejects.toMatchObject({ code: 'QUANTIZE_NEEDS_IMATRIX' });
          continue;
        }
        await neighbour;
        const { manifest, messages, runs } = await lab.build(variant);
        expect(manifest.files.map(({ sha256 }) => sha256)).toEqual(stock);
        expect(messages.join('\n')).toMatch(ftype === 'COPY' ? /because tensors are only copied/ : /\d+ of \d+ quantized tensors are in the store/);
        expect(runs).toHaveLength(1);
      }
    }, 120_000);
  });
});

/** True when tensor-type rules count: llama-quantize ignores them for types without blocks. */
function isMixed(ftype: string): boolean {
  return !['F32', 'F16', 'BF16', 'COPY'].includes(ftype);
}
