import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ftypes } from '../../src/quant/tool/ftypes.js';
import { campaign } from './campaign.js';
import { quantizeLab, type LabVariant, type QuantizeLab } from './quantize-lab.js';
import { realTools } from './real-tools.js';
import { scratchDirectory } from './workspace.js';

const tools = realTools();
const rules = '\\.attn_k\\.weight$=q8_0\n\\.ffn_down.*=q5_k\n';
/** Leave half of the layers to the type itself, so that one variant has both. */
const rulesOfEvenLayers = '\\d*[02468]\\.attn_k\\.weight$=q8_0\n\\d*[02468]\\.ffn_down.*=q5_k\n';

/** Types whose tables take llama-quantize seconds to compute in each process, however small the model is. */
const slow = ['IQ1_S', 'IQ1_M', 'IQ2_XXS', 'IQ2_XS', 'IQ2_S', 'IQ2_M', 'IQ3_XXS'];
/**
 * All of them are tried on the plain architecture, and one on each other: which tensors have a type is told by
 * llama-quantize's own dry run, and how a tensor of a type is computed does not depend on the architecture.
 */
const slowOfKind: Readonly<Record<string, readonly string[]>> = {
  llama: slow,
  mixture: ['IQ2_XXS'],
  qwen35: ['IQ3_XXS'],
};

/** A variant, and one that shares tensors with it and is made before. */
interface Pair {
  variant: LabVariant;
  neighbour: LabVariant;
}

/** A model for all types, and an importance matrix for it. */
export interface ReuseModel {
  bytes: Uint8Array;
  imatrix: Uint8Array;
}

/**
 * Tests everything that llama-quantize knows on a model; for most types, one variant has layers with rules
 * and without.
 */
export function describeTensorReuse(
  kind: string,
  modelOf: (scratch: string) => ReuseModel | Promise<ReuseModel>,
): void {
  describe(`${kind}: a spliced file is what llama-quantize writes`, () => {
    const scratch = scratchDirectory();
    let model: ReuseModel;

    beforeAll(async () => {
      model = await modelOf(scratch);
    }, 600_000);

    afterAll(() => {
      rmSync(scratch, { recursive: true, force: true });
    });

    describe.each([
      ['without', false],
      ['with', true],
    ])('%s imatrix', (_, hasImatrix) => {
      let lab: QuantizeLab;
      let base: Pick<LabVariant, 'model' | 'imatrix'>;

      beforeAll(async () => {
        lab = await quantizeLab(join(scratch, String(hasImatrix)), join(tools.bin, 'llama-quantize'));
        base = {
          model: [await lab.file('model.gguf', model.bytes)],
          imatrix: hasImatrix ? await lab.file('imatrix.gguf', model.imatrix) : null,
        };
      });

      it.each(typesOf(kind).filter((name) => !(name === 'COPY' && hasImatrix)))(
        '%s, with rules and without',
        async (ftype) => {
          for (const pair of pairsOf(ftype, base, kind)) {
            const stock = await lab.stock(pair.variant).catch(() => null);
            if (stock === null) await expectRefusal(lab, pair.variant, kind);
            else await expectSpliced(lab, pair, stock);
          }
        },
        600_000,
      );
    });
  });
}

function typesOf(kind: string): string[] {
  return ftypes
    .map(({ name }) => name)
    .filter((name) => campaign !== null || !slow.includes(name) || slowOfKind[kind]?.includes(name) === true);
}

/** What is built of a type: with rules and without where rules count, and a neighbour with other metadata. */
function pairsOf(ftype: string, base: Pick<LabVariant, 'model' | 'imatrix'>, kind: string): Pair[] {
  const plain: LabVariant = { ...base, settings: { ftype }, rules: null };
  if (slow.includes(ftype) && campaign === null) {
    // What the neighbour gives is of other types: the tensors of the type itself are made in one run, and not
    // in three.
    const variant = { ...plain, rules: rulesOfEvenLayers };
    return [{ variant, neighbour: { ...asNeighbour(variant), ...settingsOfNeighbour('Q4_K_M') } }];
  }
  if (!isMixed(ftype)) return [{ variant: plain, neighbour: asNeighbour(plain) }];
  const isApart = kind === 'llama' || campaign !== null;
  const variants = isApart ? [plain, { ...plain, rules }] : [{ ...plain, rules: rulesOfEvenLayers }];
  return variants.map((variant) => ({
    variant,
    // One other tensor, so that there is something to make too.
    neighbour: {
      ...asNeighbour(variant),
      rules: `^blk\\.3\\.attn_q\\.weight$=q6_k\n${variant.rules ?? ''}`,
    },
  }));
}

/** The same with other metadata. */
function asNeighbour(variant: LabVariant): LabVariant {
  return { ...variant, name: 'neighbour', ...settingsOfNeighbour(variant.settings.ftype) };
}

function settingsOfNeighbour(ftype: string): Pick<LabVariant, 'settings'> {
  return { settings: { ftype, overrideKv: ['general.name=str:neighbour'] } };
}

async function expectRefusal(lab: QuantizeLab, variant: LabVariant, kind: string): Promise<void> {
  const refused = expect.stringMatching(
    kind === 'mixture' ? /^QUANTIZE_(NEEDS_IMATRIX|FAILED)$/ : /^QUANTIZE_NEEDS_IMATRIX$/,
  ) as string;
  await expect(lab.build(asNeighbour(variant))).rejects.toMatchObject({ code: refused });
  await expect(lab.build(variant)).rejects.toMatchObject({ code: refused });
}

async function expectSpliced(
  lab: QuantizeLab,
  { variant, neighbour }: Pair,
  stock: readonly string[],
): Promise<void> {
  const isCopy = variant.settings.ftype === 'COPY';
  await lab.build(neighbour);
  const { manifest, messages, runs } = await lab.build(variant);
  expect(manifest.files.map(({ sha256 }) => sha256)).toEqual(stock);
  expect(messages.join('\n')).toMatch(messageOf(variant.settings.ftype));
  // one run on the whole model, or one for metadata and at most one for the missing tensors
  expect(runs.filter((args) => !args.some((argument) => argument.startsWith('part-')))).toHaveLength(
    isCopy ? 1 : 0,
  );
  expect(runs.filter((args) => args.includes('part-0-in.gguf')).length).toBeLessThanOrEqual(1);
  expect(runs.length).toBeLessThanOrEqual(2);
}

function messageOf(ftype: string): RegExp {
  if (ftype === 'COPY') return /because tensors are only copied/;
  // A file of a type without blocks may have no tensor that is converted.
  return isMixed(ftype)
    ? /[1-9]\d* of \d+ quantized tensors are in the store/
    : /\d+ of \d+ quantized tensors are in the store/;
}

/** True when tensor-type rules count: llama-quantize ignores them for types without blocks. */
function isMixed(ftype: string): boolean {
  return !['F32', 'F16', 'BF16', 'COPY'].includes(ftype);
}
