import { schemaFile } from './schema-files.js';

const limits = { atMost: 'gateCeilings', atLeast: 'gateFloors', noWorseThan: 'gateAllowances' } as const;

type Limits = keyof typeof limits;

/**
 * What to say of an unknown name inside the gates of a model: where it belongs, else the names that are allowed.
 * Nothing outside of gates.
 */
export function misplacedGate(instancePath: string, name: string): string {
  const [, gates, variant, part] = instancePath.split('/');
  if (gates !== 'gates' || variant === undefined) return '';
  if (isLimits(variant) || isMetric(variant)) return byVariant;
  const fits = part === 'noWorseThan' ? undefined : absolute.find((known) => metricsOf(known).includes(name));
  if (fits !== undefined) return `; it belongs in "${fits}"`;
  const allowed = part === undefined ? Object.keys(limits) : isLimits(part) ? metricsOf(part) : [];
  return allowed.length === 0 ? '' : `; allowed are ${allowed.join(', ')}`;
}

/** What to say of a value that has not the form of a gate, as something that leads to it is missing. */
export function shallowGate(instancePath: string): string {
  const [, gates, variant = '', part, other = ''] = instancePath.split('/');
  if (gates !== 'gates') return '';
  if (part === undefined && (isLimits(variant) || isMetric(variant))) return byVariant;
  return part === 'noWorseThan' && isMetric(other)
    ? `; noWorseThan is by the name of a reference or of another variant: { "<name>": { "${other}": … } }`
    : '';
}

const absolute = ['atMost', 'atLeast'] as const;
const byVariant = '; gates are by the name of a variant: { "<variant>": { "atMost": { … } } }';

function isLimits(name: string): name is Limits {
  return Object.hasOwn(limits, name);
}

function isMetric(name: string): boolean {
  return metricsOf('noWorseThan').includes(name);
}

function metricsOf(part: Limits): string[] {
  return Object.keys(schemaFile('model').definitions?.[limits[part]]?.properties ?? {});
}
