import type { Evidence } from '../../core/generated/evidence.generated.js';
import { percentilesSpec } from './percentiles.js';
import { runningMeanSpec } from './running-mean.js';
import { sizeKldSpec } from './size-kld.js';
import { speedSpec } from './speed.js';
import { tensorMapSpec } from './tensor-map.js';
import type { Spec } from './theme.js';

/** One picture of a model's evidence. */
export interface Picture {
  /** Its file, relative to the card. */
  readonly file: string;
  /** What it shows, for those who do not see it. */
  readonly alt: string;
  readonly spec: Spec;
}

/** The pictures that the evidence is enough for. */
export function picturesOf(evidence: Evidence): Picture[] {
  const pictures: [string, string, Spec | null][] = [
    [
      'kld-size',
      `Mean KL divergence of the quantizations of ${evidence.name} against their size`,
      sizeKldSpec(evidence),
    ],
    [
      'kld-percentiles',
      `Percentiles of the KL divergence of the quantizations of ${evidence.name}`,
      percentilesSpec(evidence),
    ],
    [
      'kld-running',
      `Mean KL divergence of the quantizations of ${evidence.name} as more text is read`,
      runningMeanSpec(evidence),
    ],
    ['speed', `Speed of the quantizations of ${evidence.name}`, speedSpec(evidence)],
    ...evidence.variants.map((variant): [string, string, Spec | null] => [
      `tensors-${variant.name}`,
      `Types of the tensors of ${variant.name}, by layer and role`,
      tensorMapSpec(variant, evidence.variants),
    ]),
  ];
  return pictures.flatMap(([name, alt, spec]) =>
    spec === null ? [] : [{ file: `pictures/${name}.svg`, alt, spec }],
  );
}
