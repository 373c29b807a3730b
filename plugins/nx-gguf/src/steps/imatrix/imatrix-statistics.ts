import { join } from 'node:path';
import type { Json } from '../../core/canonical-json.js';
import type { ImatrixTensorStatistics } from '../../core/generated/evidence.generated.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { ByteRange, ByteSource } from '../../gguf/byte-source.js';
import { readGgufHeader, type GgufHeader } from '../../gguf/header.js';
import type { GgufTensor } from '../../gguf/tensor-info.js';
import { columnStatistics } from '../../kld/statistics/imatrix-columns.js';
import { readLegacyImatrix } from '../../quant/tool/legacy-imatrix.js';
import { fact } from '../facts.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { isGguf } from './imatrix-file.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** Statistics of an importance matrix, and the texts that it names as its source. */
export interface ImatrixStatistics {
  readonly statistics: ImatrixTensorStatistics[];
  readonly datasets: string[] | null;
}

/**
 * Importance data of one tensor are read at once; a tensor with more columns than any model has is passed
 * over.
 */
const mostColumns = 1 << 24;

/**
 * Statistics of each tensor of an importance matrix, GGUF or legacy: a step of its own, so that they are
 * computed once for a file.
 */
export function imatrixStatisticsStep(file: ManifestFile): Step {
  return {
    action: {
      step: 'imatrix-statistics',
      version: stepRegistry['imatrix-statistics'].logicVersion,
      parameters: {},
      inputs: inputsOf('imatrix', [file]),
      toolchain: null,
    },
    run: async (bench) => {
      await bench.input(file, 'imatrix');
      const found = await withFileBytes(join(bench.directory, 'imatrix'), async (source) =>
        (await isGguf(source)) ? ggufStatistics(source, bench) : legacyStatistics(source, bench),
      );
      return {
        files: [],
        facts: { statistics: found.statistics as unknown as Json, datasets: found.datasets },
        commands: [],
      };
    },
  };
}

/** What the step found. */
export function imatrixStatisticsOf(manifest: Manifest): ImatrixStatistics {
  return {
    statistics: fact<ImatrixTensorStatistics[]>(manifest, 'statistics') ?? [],
    datasets: fact<string[]>(manifest, 'datasets'),
  };
}

async function ggufStatistics(
  source: ByteSource,
  bench: Pick<Workbench, 'report' | 'signal'>,
): Promise<ImatrixStatistics> {
  const header = await readGgufHeader(source);
  const byName = new Map(header.tensors.map((tensor) => [tensor.name, tensor]));
  const entries = header.tensors.flatMap((sums) => {
    const counts = byName.get(sums.name.replace(/\.in_sum2$/, '.counts'));
    return !sums.name.endsWith('.in_sum2') || counts === undefined || !isFloats(sums) || !isFloats(counts)
      ? []
      : [{ name: sums.name.slice(0, -'.in_sum2'.length), sums, counts }];
  });
  const statistics: ImatrixTensorStatistics[] = [];
  for (const [index, { name, sums, counts }] of entries.entries()) {
    bench.signal?.throwIfAborted();
    statistics.push({
      name,
      ...columnStatistics(await floats(source, sums.range), await floats(source, counts.range)),
    });
    bench.report({
      type: 'progress',
      label: 'importance',
      done: index + 1,
      total: entries.length,
      unit: 'tensors',
    });
  }
  return { statistics: byNameOrder(statistics), datasets: datasetsOf(header) };
}

/**
 * In this format a value is a mean square times the number of calls (follows common_imatrix_load_legacy of
 * common/imatrix-loader.cpp).
 */
async function legacyStatistics(
  source: ByteSource,
  { signal }: Pick<Workbench, 'signal'>,
): Promise<ImatrixStatistics> {
  const { entries } = await readLegacyImatrix(source);
  const statistics = new Map<string, ImatrixTensorStatistics>();
  for (const { name, elements, range } of entries) {
    signal?.throwIfAborted();
    if (elements > mostColumns) continue;
    const bytes = await source.read(range.offset, range.length);
    const calls = new DataView(bytes.buffer, bytes.byteOffset, 4).getInt32(0, true);
    // Of entries with the same name the last counts.
    statistics.set(name, { name, ...columnStatistics(littleEndianFloats(bytes.subarray(8)), [calls]) });
  }
  return { statistics: byNameOrder([...statistics.values()]), datasets: null };
}

function isFloats({ type, range }: GgufTensor): boolean {
  return type === 'f32' && range.length / 4 <= mostColumns;
}

async function floats(source: ByteSource, range: ByteRange): Promise<Float32Array> {
  return littleEndianFloats(await source.read(range.offset, range.length));
}

function littleEndianFloats(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: Math.floor(bytes.byteLength / 4) }, (_, index) =>
    view.getFloat32(4 * index, true),
  );
}

/** The names of the texts, without their places on the machine that made the file. */
function datasetsOf({ metadata }: GgufHeader): string[] | null {
  const entry = metadata.get('imatrix.datasets');
  if (entry?.type !== 'array' || entry.values === null) return null;
  return entry.values
    .filter((value): value is string => typeof value === 'string')
    .map((path) => (path.split(/[\\/]/).at(-1) ?? '').slice(0, 1024));
}

function byNameOrder(statistics: ImatrixTensorStatistics[]): ImatrixTensorStatistics[] {
  return statistics.sort((a, b) => (a.name < b.name ? -1 : 1));
}
