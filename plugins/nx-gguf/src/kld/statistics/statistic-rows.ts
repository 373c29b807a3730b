import type { Distribution } from '../../core/generated/kld.generated.js';

/** One metric of the comparison of variants: where it is in the statistics, and what people call it. */
export interface StatisticRow {
  readonly key: keyof Distribution;
  readonly label: string;
}

/** The eleven metrics of KL divergence that variants are compared by, in the order they are shown. */
export const statisticRows: readonly StatisticRow[] = [
  { key: 'mean', label: 'Mean' },
  { key: 'maximum', label: 'Maximum' },
  { key: 'percentile99_9', label: '99.9 %' },
  { key: 'percentile99', label: '99 %' },
  { key: 'percentile95', label: '95 %' },
  { key: 'percentile90', label: '90 %' },
  { key: 'median', label: 'Median' },
  { key: 'percentile10', label: '10 %' },
  { key: 'percentile5', label: '5 %' },
  { key: 'percentile1', label: '1 %' },
  { key: 'percentile0_1', label: '0.1 %' },
];
