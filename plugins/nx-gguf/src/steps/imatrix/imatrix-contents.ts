import { join } from 'node:path';
import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';
import type { Json } from '../../core/json/canonical-json.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { imatrixEntry, type ImatrixEntry } from '../../quant/plan/imatrix-entry.js';
import type { ImatrixContents } from '../../quant/plan/imatrix-need.js';
import { bounded } from '../../quant/rules/finding-words.js';
import { fact } from '../facts.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { readImatrixData } from './imatrix-data.js';
import { inputsOf, type Step } from '../step.js';

/**
 * Looks at all data of an importance matrix, GGUF or legacy, so that a plan knows what is wrong with them: a
 * step of its own, so that a file is read once.
 */
export function imatrixContentsStep(file: ManifestFile): Step {
  return {
    action: {
      step: 'imatrix-contents',
      version: stepRegistry['imatrix-contents'].logicVersion,
      parameters: {},
      inputs: inputsOf('imatrix', [file]),
      toolchain: null,
    },
    run: async (bench) => {
      await bench.input(file, 'imatrix');
      const contents = await withFileBytes(join(bench.directory, 'imatrix'), async (source) => {
        const { header, refused, doubts, data } = await readImatrixData(source);
        const uncalled: string[] = [];
        const uncounted: string[] = [];
        let runs = 0;
        // Of entries with the same name, which only the older format can have, the last counts.
        const entries = new Map<string, ImatrixEntry>();
        for await (const { name, sums, counts } of data) {
          bench.signal?.throwIfAborted();
          const entry = imatrixEntry(name, { sums, counts, isLegacy: header === null });
          runs += entry.zeros.length + entry.blank.length;
          if (runs > mostRuns) throw scattered(name);
          entries.set(name, entry);
          if (counts.some((count) => count % 1 !== 0 && Number.isFinite(count))) uncounted.push(name);
          if (header === null && counts[0] === 0) uncalled.push(name);
        }
        return {
          entries: [...entries.values()],
          refused: [...refused, ...(header === null ? [] : refusals(header))],
          doubts: [
            ...doubts,
            ...(uncalled.length === 0
              ? []
              : [`no calls are counted of ${bounded(uncalled)}, whose values are taken as they are`]),
            ...(uncounted.length === 0
              ? []
              : [`counts of ${bounded(uncounted)} are no whole numbers, and llama-quantize rounds them`]),
          ],
        };
      });
      return { files: [], facts: contents as unknown as Record<string, Json>, commands: [] };
    },
  };
}

/** Experts without data, and rows of zeros: a model has some ten thousand experts. */
const mostRuns = 1_000_000;

function scattered(name: string): GgufError {
  return new GgufError(
    'BAD_IMATRIX',
    `the importance matrix is without data in more than ${counted(mostRuns, 'place')}, up to those of ${name}`,
    { hint: 'No text gives such data: fetch the matrix or make it again.' },
  );
}

/** What the step found. */
export function imatrixContentsOf(manifest: Manifest): ImatrixContents {
  return {
    entries: fact<ImatrixEntry[]>(manifest, 'entries') ?? [],
    refused: fact<string[]>(manifest, 'refused') ?? [],
    doubts: fact<string[]>(manifest, 'doubts') ?? [],
  };
}

/**
 * Why llama-quantize would refuse the file as a whole (follows common_imatrix_load of
 * common/imatrix-loader.cpp, and load_imatrix of tools/quantize/quantize.cpp).
 */
function refusals({ metadata, tensors }: GgufHeader): string[] {
  const lacking = ['imatrix.datasets', 'imatrix.chunk_count', 'imatrix.chunk_size'].filter(
    (key) => !metadata.has(key),
  );
  const types = new Map(tensors.map(({ name, type }) => [name, type]));
  const unpaired = [...types].flatMap(([name, type]) => {
    const [, entry, suffix] = /^(.*)\.(in_sum2|counts)$/s.exec(name) ?? [];
    if (entry === undefined) return [];
    const other = `${entry}.${suffix === 'counts' ? 'in_sum2' : 'counts'}`;
    return [
      ...(types.has(other) ? [] : [`${name} has no ${other} beside it`]),
      ...(type === 'f32' ? [] : [`${name} is of type ${type}; it must be f32`]),
    ];
  });
  return [
    ...(lacking.length === 0 ? [] : [`its metadata lack ${lacking.join(', ')}`]),
    ...['imatrix.chunk_count', 'imatrix.chunk_size'].flatMap((key) => {
      const type = metadata.get(key)?.type ?? 'uint32';
      return type === 'uint32' ? [] : [`${key} is of type ${type}; it must be uint32`];
    }),
    ...unpaired,
  ];
}
