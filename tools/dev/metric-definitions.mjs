import { importTypeScript } from './import-typescript.mjs';

const marked = /^ {4}"(\w+)": (\{\n {6}"\$comment": "Its metrics are generated[^]*?^ {4}\})/gm;

/**
 * Fills the definitions of a JSON Schema that list metrics, which a `$comment` marks: their properties or
 * their enumeration come from the registry of metrics, all else stays as it is.
 */
export async function metricDefinitions(registryFile) {
  const filled = definitionsOf(await importTypeScript(registryFile));
  return (text) =>
    text.replace(marked, (_, name, block) => {
      if (filled[name] === undefined)
        throw new Error(`the registry has no metrics for the definition ${name}`);
      return `    "${name}": ${definitionText({ ...JSON.parse(block), ...filled[name] })}`;
    });
}

function definitionsOf({ metrics, metricsIn, metricDescription }) {
  const gated = metricsIn('gate');
  const limits = (better) =>
    gated
      .filter((metric) => metric.better === better)
      .map((metric) => [metric.name, limit(metric, metricDescription(metric))]);
  const kept = (group) =>
    metrics
      .map((metric) => [metric.printed ?? metric.derived, metricDescription(metric)])
      .filter(([stored]) => stored?.place[0] === group)
      .map(([stored, description]) => [stored.place[1], keptValue(stored, description)]);
  return {
    // model.schema.json
    gateCeilings: { properties: Object.fromEntries(limits('lower')) },
    gateFloors: { properties: Object.fromEntries(limits('higher')) },
    gateAllowances: {
      properties: Object.fromEntries(gated.map((metric) => [metric.name, allowance(metric)])),
    },
    // gate.schema.json
    gateMetric: { enum: gated.map(({ name }) => name) },
    // comparison.schema.json
    pairedMetric: { enum: metricsIn('paired').map(({ name }) => name) },
    // kld.schema.json
    perplexities: required(kept('perplexity')),
    distribution: required(kept('kldNats')),
    detailedDistribution: required(kept('deltaProbabilityPercent')),
  };
}

const withUnit = 'a number with one of the units B, kB, MB, GB, TB, KiB, MiB, GiB and TiB';

/** The limit that a gate can set. Sizes can have a unit; a share of everything ends at 100 %. */
function limit({ unit, gate: { example } }, description) {
  const size = [
    { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER },
    { $ref: '#/definitions/sizeText' },
  ];
  return {
    description: `${description}.`,
    ...(unit === 'bytes'
      ? { expects: `a whole number of bytes, or ${withUnit}`, oneOf: size }
      : { type: 'number', minimum: 0 }),
    ...(unit === 'percent' ? { maximum: 100 } : {}),
    ...(example === undefined ? {} : { examples: [example] }),
  };
}

function allowance({ unit }) {
  const own = { $ref: '#/definitions/allowance' };
  return unit === 'bytes'
    ? {
        description: 'Bytes, a number with a unit, or a percentage.',
        expects: `a number of bytes, a percentage such as 5%, or ${withUnit}`,
        oneOf: [own, { $ref: '#/definitions/sizeText' }],
      }
    : own;
}

function keptValue({ hasError }, description) {
  return hasError ? { $ref: '#/definitions/estimate' } : { description: `${description}.`, type: 'number' };
}

function required(properties) {
  return { required: properties.map(([name]) => name), properties: Object.fromEntries(properties) };
}

/** A definition in the form that the schemas have: a line for each key and each property. */
function definitionText(definition) {
  const lines = Object.entries(definition).map(([key, value]) =>
    key === 'properties'
      ? `"properties": {\n${Object.entries(value)
          .map(([name, property]) => `        "${name}": ${inlineText(property)}`)
          .join(',\n')}\n      }`
      : `"${key}": ${inlineText(value)}`,
  );
  return `{\n${lines.map((line) => `      ${line}`).join(',\n')}\n    }`;
}

function inlineText(value) {
  if (Array.isArray(value)) return `[${value.map(inlineText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)}: ${inlineText(inner)}`)
    .join(', ')} }`;
}
