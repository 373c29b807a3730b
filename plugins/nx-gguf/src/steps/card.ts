import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { digestOf } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import type { Model } from '../core/generated/model.generated.js';
import { logicVersions } from '../core/logic-versions.js';
import type { KldStatistics } from '../kld/perplexity-log.js';
import { renderCard, type CardData, type CardVariant } from '../report/card.js';
import type { Step } from './step.js';

/** The results that a card shows. */
export interface CardInputs {
  model: Model;
  source: Manifest;
  converted: Manifest;
  imatrix: Manifest | null;
  base: Manifest | null;
  variants: readonly { name: string; quantized: Manifest; measured: Manifest | null }[];
  /** What others made: their files, their measurement, and the variant they stand beside. */
  references?: readonly { name: string; compareWith: string | null; fetched: Manifest; measured: Manifest | null }[];
  toolchain: Readonly<Record<string, Json>>;
}

const output = 'README.md';

/** Writes the model card from the manifests of everything that was made and measured. */
export function cardStep(inputs: CardInputs): Step {
  const data = cardData(inputs);
  return {
    plan: { step: 'card', version: logicVersions.card, parameters: {}, inputs: [{ role: 'data', name: 'card.json', sha256: digestOf(data as unknown as Json) }], toolchain: null },
    run: async (bench) => {
      const path = join(bench.directory, output);
      await writeFile(path, renderCard(data));
      return { files: [{ name: output, path }], facts: {}, commands: [] };
    },
  };
}

/** What the card shows, read from the manifests. */
export function cardData({ model, source, converted, imatrix, base, variants, references = [], toolchain }: CardInputs): CardData {
  const matrix = imatrix?.files[0];
  const corpus = base?.provenance.inputs.find(({ role }) => role === 'corpus');
  return {
    name: model.name,
    description: model.description ?? null,
    unquantized: { files: converted.files, bitsPerWeight: fact<number>(converted, 'bitsPerWeight'), perplexity: base === null ? null : fact<number>(base, 'perplexity') },
    variants: variants.map(cardVariant),
    references: references.map(({ name, compareWith, fetched, measured }) => ({
      name, compareWith, files: fetched.files, bitsPerWeight: fact<number>(fetched, 'bitsPerWeight'),
      statistics: measured === null ? null : fact<KldStatistics>(measured, 'statistics'),
    })),
    imatrix: matrix === undefined ? null : { name: matrix.name, sha256: matrix.sha256 },
    evaluation: base === null || corpus === undefined ? null : {
      corpus: { name: corpus.name, sha256: corpus.sha256, sizeBytes: null },
      chunks: fact<number>(base, 'chunks') ?? 0,
      ctx: fact<number>(base, 'ctx') ?? 0,
    },
    toolchain: identityRows(toolchain),
    commands: [source, converted, imatrix, base, ...variants.flatMap(({ quantized, measured }) => [quantized, measured])].flatMap((manifest) => manifest?.provenance.commands ?? []),
  };
}

function cardVariant({ name, quantized, measured }: CardInputs['variants'][number]): CardVariant {
  const counts = new Map<string, number>();
  for (const type of Object.values(fact<Record<string, string>>(quantized, 'tensorTypes') ?? {})) counts.set(type, (counts.get(type) ?? 0) + 1);
  return {
    name,
    files: quantized.files,
    ftype: fact<string>(quantized, 'ftype') ?? '',
    bitsPerWeight: fact<number>(quantized, 'bitsPerWeight'),
    rules: fact<string>(quantized, 'rules'),
    tensorTypes: [...counts].sort(([a], [b]) => (a < b ? -1 : 1)),
    statistics: measured === null ? null : fact<KldStatistics>(measured, 'statistics'),
  };
}

// The step that wrote a fact decides its type, as it decides what its manifest means.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
function fact<T>(manifest: Manifest, name: string): T | null {
  return (manifest.facts[name] as T | undefined) ?? null;
}

function identityRows(toolchain: Readonly<Record<string, Json>>): [string, string][] {
  return Object.entries(toolchain).flatMap(([part, identity]) => Object.entries(identity as Record<string, Json>).map(([name, value]): [string, string] => [`${part} ${name}`, typeof value === 'string' ? value : JSON.stringify(value)]));
}
