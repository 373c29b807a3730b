import type { RuleChecks } from '../../core/generated/model.generated.js';

/**
 * One way in which the result would differ from the author's words. `atMost` lowers the severity that is
 * configured.
 */
export interface Finding {
  readonly check: keyof RuleChecks | 'sideEffects';
  /** Line of the tensor-type file, or null when it is about no rule. */
  readonly line: number | null;
  readonly message: string;
  readonly atMost?: 'warn';
}

/** How serious a finding is. */
export type Severity = 'error' | 'warn' | 'off';

const defaults: Required<RuleChecks> = {
  syntax: 'error',
  unknownType: 'error',
  patternCase: 'error',
  noMatch: 'error',
  hidden: 'error',
  notQuantized: 'error',
  overruled: 'error',
  fallback: 'error',
  defaultFallback: 'warn',
  missingImatrix: 'error',
  noEffect: 'error',
  unknownKey: 'warn',
  unloadable: 'error',
  imatrixCoverage: 'warn',
};

/**
 * The severity of every check: a variant's own, else the model's, else the default, which fails on what
 * changes the result.
 */
export function severities(model: RuleChecks = {}, variant: RuleChecks = {}): Required<RuleChecks> {
  return { ...defaults, ...model, ...variant };
}

/** Findings by severity, as `file:line: message (check)`, in the order of their lines. */
export function settle(
  findings: readonly Finding[],
  options: { file: string; severity: (check: Finding['check']) => Severity },
): { errors: string[]; warnings: string[] } {
  const settled = { errors: [] as string[], warnings: [] as string[] };
  const ordered = [...findings].sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity) || 0);
  for (const { check, line, message, atMost } of ordered) {
    const severity = options.severity(check);
    if (severity === 'off') continue;
    const place = line === null ? '' : `${options.file}:${line}: `;
    settled[severity === 'error' && atMost === undefined ? 'errors' : 'warnings'].push(
      `${place}${message} (${check})`,
    );
  }
  return settled;
}
