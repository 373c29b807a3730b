import type { Estimate, KldStatistics, RunningValues } from '../../core/generated/kld.generated.js';

/** The known facts of a model: its files, and its measurement. Null for an unknown value. */
export interface MetricSource {
  readonly sizeBytes: number | null;
  readonly bitsPerWeight: number | null;
  readonly statistics: KldStatistics | null;
}

/** What a value counts. `points` are percentage points, a difference of two percentages. */
export type MetricUnit = 'nats' | 'ratio' | 'percent' | 'points' | 'bytes' | 'bits';

/** The place of a metric in the statistics of `kld.json`. */
export interface StoredPlace {
  readonly place: readonly string[];
  /** True when its standard error is kept too. */
  readonly hasError: boolean;
}

/** The line of llama-perplexity that a metric is read from, and its place. */
export interface PrintedLine extends StoredPlace {
  readonly line: string;
}

/** One metric: everything that a reader of output, a gate, a card, a page or a picture has to know of it. */
export interface Metric {
  /** The one name, in gates and their results, in comparisons and in placeholders of card templates. */
  readonly name: string;
  /** How sentences and tables call it. */
  readonly label: string;
  /** The meaning of the metric, in words that a full stop or `, in nats` can follow. */
  readonly description: string;
  readonly unit: MetricUnit;
  /** Decimals that it is shown with. */
  readonly digits: number;
  /** Which of two values is the better one; null where neither is. */
  readonly better: 'lower' | 'higher' | null;
  /** True when it comes from the comparison with the unquantized model, and not from the files. */
  readonly isMeasured: boolean;
  readonly read: (of: MetricSource) => Estimate | number | null;
  readonly printed?: PrintedLine;
  /** The place of a value that is computed when a measurement ends, and kept beside the printed ones. */
  readonly derived?: StoredPlace;
  /**
   * Where its value after each chunk is kept, and with how many decimals it is printed; in the order of the
   * tool's columns.
   */
  readonly running?: { readonly column: keyof RunningValues; readonly decimals: number };
  /** A gate may name it; gates are checked in this order. */
  readonly gate?: { readonly order: number; readonly example?: number | string };
  /**
   * Two models are compared by it chunk by chunk, as it is a mean over chunks; in this order. `series` names
   * the metric whose running values have the same differences, where it has none of its own.
   */
  readonly paired?: { readonly order: number; readonly series?: string };
  /** A row of the card's tables. `files` are in the tables with references only, the others in all. */
  readonly card?: {
    readonly part: 'files' | 'divergence' | 'others';
    readonly label?: string;
    /** The better value is bold: the one that is closer to this, which is the unquantized model's own. */
    readonly ideal?: number;
    /** The metric whose closeness to its ideal decides instead. */
    readonly judgedBy?: string;
  };
  /** A column of the report's table. */
  readonly page?: {
    readonly order: number;
    readonly digits: number;
    readonly label?: string;
    readonly hint?: string;
  };
  /** A place on the axis of the picture of percentiles, and what it is called there. */
  readonly percentile?: string;
  /**
   * Told where a result is summed up in a sentence; the first one alone where there is room for one figure.
   */
  readonly summary?: { readonly order: number };
  /** How the placeholder was once called: templates that still say so are told the name of now. */
  readonly formerPlaceholder?: string;
}
