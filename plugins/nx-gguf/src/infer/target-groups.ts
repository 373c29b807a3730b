import { targetKindsWith, type TargetGroup } from '../core/step-registry.js';

/** Targets without a result that is kept. */
const others: Readonly<Record<TargetGroup, readonly string[]>> = {
  Sources: [],
  Quantize: ['inspect', 'materialize'],
  Measure: ['compare', 'bench-compare'],
  Publish: ['serve-report', 'publish'],
  Toolchain: ['doctor'],
};

/** Targets by what they are for, as `nx graph` and editors show them. */
export function targetGroups(targets: readonly string[], prefix: string): Record<string, string[]> {
  const entries = (Object.keys(others) as TargetGroup[]).map((group): [string, string[]] => {
    const kinds: readonly string[] = [...targetKindsWith((step) => step.group === group), ...others[group]];
    return [
      group,
      targets.filter((target) => kinds.includes(target.slice(prefix.length).split(':')[0] ?? '')),
    ];
  });
  return Object.fromEntries(entries.filter(([, members]) => members.length > 0));
}
