import type { Model, RuleChecks, Variant } from '../../core/generated/model.generated.js';
import type { Finding } from '../rules/finding.js';
import { isPlain, takesMatrix } from './takes-matrix.js';

/** What a check looks at, and whether a variant has it. */
interface Subject {
  readonly lack: string;
  readonly isIn: (variant: Variant, isMatrixDeclared: boolean) => boolean;
}

const rules: Subject = { lack: 'no tensorTypes', isIn: ({ tensorTypes }) => tensorTypes !== undefined };
const types: Subject = {
  lack: 'no type but those of COPY, F16, BF16 and F32',
  isIn: (variant) => !isPlain(variant) || variant.tensorTypes !== undefined,
};
const subjects: Readonly<Record<keyof RuleChecks, Subject | null>> = {
  syntax: rules,
  unknownType: rules,
  patternCase: rules,
  noMatch: rules,
  hidden: rules,
  notQuantized: rules,
  overruled: rules,
  fallback: rules,
  defaultFallback: types,
  missingImatrix: types,
  // Every variant has a type, and so something that could be without effect.
  noEffect: null,
  unknownKey: { lack: 'no overrideKv', isIn: ({ overrideKv = [] }) => overrideKv.length > 0 },
  unloadable: {
    lack: 'neither overrideKv nor pruneLayers',
    isIn: ({ overrideKv = [], pruneLayers = [] }) => overrideKv.length + pruneLayers.length > 0,
  },
  imatrixCoverage: { lack: 'no importance matrix', isIn: takesMatrix },
};

/**
 * Checks that a variant, or its model for all variants, sets and that have nothing to look at: whoever set them
 * believes that something is checked.
 */
export function checkFindings(
  model: Pick<Model, 'checks' | 'quantize' | 'imatrix'>,
  variant: Variant,
): Finding[] {
  const variants = Object.values(model.quantize ?? {});
  return [
    ...idle(variant.checks, [variant], model).map(([check, lack]) =>
      noEffect(`checks.${check} of the variant checks nothing: the variant has ${lack}`),
    ),
    ...idle(model.checks, variants, model).map(([check, lack]) =>
      noEffect(`checks.${check} of the model checks nothing: its variants have ${lack}`),
    ),
  ];
}

function idle(
  checks: RuleChecks = {},
  variants: readonly Variant[],
  { imatrix }: Pick<Model, 'imatrix'>,
): [check: string, lack: string][] {
  return (Object.keys(checks) as (keyof RuleChecks)[]).flatMap((check) => {
    const subject = subjects[check];
    return subject === null || variants.some((one) => subject.isIn(one, imatrix !== undefined))
      ? []
      : [[check, subject.lack]];
  });
}

function noEffect(message: string): Finding {
  return { check: 'noEffect', line: null, message, atMost: 'warn' };
}
