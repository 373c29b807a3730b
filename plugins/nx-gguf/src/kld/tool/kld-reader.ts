import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';
import type { RunningValues } from '../../core/generated/kld.generated.js';
import type { PrintedStatistics } from '../metrics/stored-statistics.js';
import { brokenValue, chunkRow, runningValues, type ChunkRow } from './chunk-row.js';
import {
  kldStatistics,
  lastStatistic,
  printedStatistics,
  statisticsHeading,
  type ComparedAmount,
} from '../statistics/kld-statistics.js';
import { noStatistics } from '../statistics/no-statistics.js';
import { failureIn, toolLines } from './perplexity-failures.js';

/** What a variant pass printed. */
export interface KldFigures {
  readonly statistics: PrintedStatistics;
  readonly running: RunningValues;
}

/**
 * Reads a variant pass from its lines as they come, and keeps only what is of use, however long the text is.
 */
export interface KldReader {
  /** Takes the next line of either stream, without its end; gives the chunk's row if it is one. */
  readonly line: (line: string) => ChunkRow | null;
  /**
   * The figures, once the tool ended. It exits 0 when it fails, so its output decides.
   * @throws GgufError in the tool's own words when it reported a failure; `KLD_TOO_FEW_TOKENS`,
   *   `KLD_NO_STATISTICS` when figures are missing, `KLD_NOT_FINITE` when one is no number. All with the
   *   tool's last lines.
   */
  readonly result: () => KldFigures;
}

const tailLines = 20;
const keptLines = 100;

/** A reader for one run of llama-perplexity. */
export function kldReader(): KldReader {
  const rows: ChunkRow[] = [];
  const tail: string[] = [];
  const failures: string[] = [];
  const statistics: string[] = [];
  let announced: ComparedAmount | null = null;
  let isStatistics = false;

  const takeOne = (line: string): ChunkRow | null => {
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
    const row = isStatistics ? null : chunkRow(line);
    if (row !== null) {
      rows.push(row);
      return row;
    }
    if (failures.length < keptLines && failureIn([line]) !== null) failures.push(line);
    announced ??= announcement(line);
    isStatistics ||= line.startsWith(statisticsHeading);
    if (isStatistics && statistics.length < keptLines) statistics.push(line);
    return null;
  };

  return {
    line: (text) => toolLines(text).reduce<ChunkRow | null>((found, line) => takeOne(line) ?? found, null),
    result: () => {
      const failure = failureIn(failures, tail);
      if (failure !== null) throw failure;
      const printed = printedStatistics(statistics);
      if (announced === null || !printed.has(lastStatistic)) throw noStatistics(tail, rows.length, announced);
      const figures = kldStatistics(printed, announced, tail);
      if (rows.length !== announced.chunks || rows.some(({ chunk }, index) => chunk !== index + 1)) {
        throw new GgufError(
          'KLD_NO_STATISTICS',
          `the tool printed ${counted(rows.length, 'row')} for ${counted(announced.chunks, 'chunk')}`,
          { hint: 'The output was cut, or the toolchain prints its table in another form.', tail },
        );
      }
      const broken = brokenValue(rows);
      if (broken !== null)
        throw new GgufError(
          'KLD_NOT_FINITE',
          `the comparison gave a ${broken.label} of ${broken.printed} after chunk ${broken.chunk}`,
          { hint: 'One of the models computes NaN or infinity: check its conversion.', tail },
        );
      return { statistics: figures, running: runningValues(rows) };
    },
  };
}

function announcement(line: string): ComparedAmount | null {
  const match = /computing over (\d+) chunks, n_ctx=(\d+)/.exec(line);
  return match === null ? null : { chunks: Number(match[1]), ctx: Number(match[2]) };
}
