import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import type { ImatrixTensorStatistics } from '../../core/generated/evidence.generated.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { GgufHeader } from '../../gguf/header/header.js';
import { columnStatistics } from '../../kld/statistics/imatrix-columns.js';
import { fact } from '../facts.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { datasetName } from './dataset-names.js';
import { readImatrixData, type ImatrixReading } from './imatrix-data.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** Statistics of an importance matrix, and the texts that it names as its source. */
export interface ImatrixStatistics {
  readonly statistics: ImatrixTensorStatistics[];
  readonly datasets: string[] | null;
}

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
        statisticsOf(await readImatrixData(source), bench),
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

async function statisticsOf(
  { header, count, data }: ImatrixReading,
  bench: Pick<Workbench, 'report' | 'signal'>,
): Promise<ImatrixStatistics> {
  // Of entries with the same name, which only the older format can have, the last counts.
  const statistics = new Map<string, ImatrixTensorStatistics>();
  let done = 0;
  for await (const { name, sums, counts } of data) {
    bench.signal?.throwIfAborted();
    statistics.set(name, { name, ...columnStatistics(sums, counts) });
    done += 1;
    bench.report({ type: 'progress', label: 'importance', done, total: count, unit: 'tensors' });
  }
  return {
    statistics: byNameOrder([...statistics.values()]),
    datasets: header === null ? null : datasetsOf(header),
  };
}

/** The names of the texts, without their places on the machine that made the file. */
function datasetsOf({ metadata }: GgufHeader): string[] | null {
  const entry = metadata.get('imatrix.datasets');
  if (entry?.type !== 'array' || entry.values === null) return null;
  return entry.values
    .filter((value): value is string => typeof value === 'string')
    .map((path) => datasetName(path).slice(0, 1024));
}

function byNameOrder(statistics: ImatrixTensorStatistics[]): ImatrixTensorStatistics[] {
  return statistics.sort((a, b) => (a.name < b.name ? -1 : 1));
}
