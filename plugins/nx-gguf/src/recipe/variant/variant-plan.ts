import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { Manifest, ManifestFile } from '../../core/generated/manifest.generated.js';
import type { QuantizationPlan } from '../../core/generated/plan.generated.js';
import { checkFindings } from '../../quant/plan/check-findings.js';
import { settle, severities, type Finding } from '../../quant/rules/finding.js';
import { optionFindings, requireUnquantized } from '../../quant/plan/option-findings.js';
import { metadataFindings, notLoadedFinding } from '../../quant/plan/override-findings.js';
import { coverageFindings, imatrixCheck, requireUsableImatrix } from '../../quant/plan/imatrix-checks.js';
import { usedEntries, type ImatrixContents } from '../../quant/plan/imatrix-need.js';
import { planFindings, sideEffectSeverity } from '../../quant/plan/plan-checks.js';
import { requireQuantizeOptions } from '../../quant/tool/quantize-options.js';
import { ruleFindings } from '../../quant/rules/rule-checks.js';
import {
  normalizeTensorTypes,
  parseTensorTypes,
  type ParsedTensorTypes,
} from '../../quant/rules/tensor-types.js';
import type { ModelHeaders } from '../../steps/gguf/gguf-header.js';
import { overrideLoadStep } from '../../steps/quantize/override-load.js';
import { optionsOf, type QuantizeSettings } from '../../steps/quantize/quantize.js';
import { cachedPlanning } from '../planning-cache.js';
import { dryPlan } from './dry-plan.js';
import { modelHeadersOf, type ObtainedHeaders } from './model-headers.js';
import type { VariantRequest } from './variant-request.js';
import type { HelperSteps, Surroundings, TargetManifests, ToolchainIdentities } from '../ports.js';
import { targetName } from '../../core/target.js';
import { llama, namedFile } from '../upstream-files.js';
import { variantImatrix } from './variant-imatrix.js';

/**
 * A variant with everything resolved: the options of llama-quantize, and the types that it gives each tensor.
 */
export interface VariantPlan {
  plan: QuantizationPlan;
  dryRuns: readonly Manifest[];
  /** Results of the helper steps that planning used. */
  planningResults: readonly Manifest[];
  settings: QuantizeSettings;
  /** Normalized text of the rules, pinned ones included; null when there are none. */
  rules: string | null;
  imatrix: ManifestFile | null;
  toolchain: Readonly<Record<string, Json>>;
}

/**
 * Plans a variant: its rules are checked against the plan that llama-quantize itself makes of the model's
 * header. All of it is looked up in the store when it was computed before, whatever comments or files changed
 * since.
 * @throws GgufError `RULES_NOT_HONOURED` that lists every problem with file and line; `BAD_VARIANT`
 */
export async function planVariant(
  request: VariantRequest,
  ports: Surroundings & TargetManifests & ToolchainIdentities & HelperSteps,
): Promise<VariantPlan> {
  const { model, variant, name } = request;
  const { tensorTypes, sideEffects, checks, ...settings } = variant;
  const levels = severities(model.checks, checks);
  const parsed = await rulesOf(request, ports);
  // A rule that llama-quantize reads in another way is refused for that reason alone, not for the effects of
  // the other reading.
  const refused = new Set(
    levels.patternCase === 'error'
      ? parsed.problems.filter(({ check }) => check === 'patternCase').map(({ line }) => line)
      : [],
  );
  const usable = parsed.rules.filter(({ line }) => !refused.has(line));
  const { ports: cached, planningResults } = await cachedPlanning(request.ref, ports);
  const imatrix = await variantImatrix(request, cached);
  requireQuantizeOptions(
    optionsOf({
      name,
      settings,
      rules: tensorTypes === undefined ? null : '',
      model: [placeholder],
      imatrix: imatrix === null ? null : placeholder,
    }),
    name,
  );
  const toolchain = await llama(ports, request.toolchain);
  const headers = await modelHeadersOf(request, cached);
  const metadata = await overrideFindings(
    request,
    { headers, toolchain, hasImatrix: imatrix !== null },
    cached,
  );
  const unloadable = metadata.filter(({ check }) => check === 'unloadable');
  // llama-quantize itself stops at some of them, with the tool's words alone.
  if (unloadable.length > 0 && levels.unloadable === 'error')
    report([...parsed.problems, ...unloadable], { request, ports, levels });
  const {
    plan: types,
    dryRuns,
    rules,
  } = await dryPlan(
    {
      headers,
      settings,
      rules: usable,
      isPinned: sideEffects === 'pin',
      hasImatrix: imatrix !== null && (usedEntries(imatrix, settings)?.length ?? 1) > 0,
      toolchain,
      toolchainProject: request.toolchain,
    },
    cached,
  );
  const matrix = imatrix === null ? null : imatrixCheck(types, imatrix, settings);
  const plan = matrix === null ? types : { ...types, imatrixCoverage: matrix.coverage };
  if (matrix !== null) requireUsableImatrix(matrix, targetName(request.ref));
  report(
    [
      ...parsed.problems,
      ...ruleFindings(usable, plan),
      ...planFindings(plan, imatrix, settings),
      ...(matrix === null ? [] : coverageFindings(matrix)),
      ...metadata,
      ...checkFindings({ ...model, quantize: { ...model.quantize, [name]: variant } }, variant),
      ...declaredFindings(request, { plan, imatrix, headers: headers.headers, parsed }),
    ],
    { request, ports, levels },
  );
  requireUnquantized(plan, variant, targetName(request.ref));
  return {
    plan,
    dryRuns,
    planningResults,
    settings,
    toolchain,
    rules: rules.length === 0 ? null : normalizeTensorTypes(rules),
    imatrix: imatrix?.file ?? null,
  };
}

/** What the variant declares apart from rules, and does not come to anything. */
function declaredFindings(
  { variant }: VariantRequest,
  {
    plan,
    imatrix,
    headers: { contents, files },
    parsed,
  }: {
    plan: QuantizationPlan;
    imatrix: ImatrixContents | null;
    headers: ModelHeaders;
    parsed: ParsedTensorTypes;
  },
): Finding[] {
  const isEmpty = variant.tensorTypes !== undefined && parsed.rules.length + parsed.problems.length === 0;
  return [
    ...(isEmpty ? [{ check: 'noEffect', line: 1, message: 'there is no rule in this file' } as const] : []),
    ...optionFindings({
      variant,
      plan,
      blocks: contents.blocks,
      files: files.length,
      entries: imatrix?.entries?.map((entry) => entry.name) ?? null,
    }),
  ];
}

/** What the overrides of metadata, and the removal of layers, make of the header. */
async function overrideFindings(
  { variant: { overrideKv = [], pruneLayers }, toolchain: project }: VariantRequest,
  {
    headers: { headers, bring },
    toolchain,
    hasImatrix,
  }: { headers: ObtainedHeaders; toolchain: VariantPlan['toolchain']; hasImatrix: boolean },
  ports: HelperSteps,
): Promise<Finding[]> {
  const findings = metadataFindings(overrideKv, { ...headers.contents, pruneLayers, hasImatrix });
  if (overrideKv.length === 0) return findings;
  const step = overrideLoadStep({ headers, bring, overrides: overrideKv, toolchain });
  try {
    await ports.perform(step, project, { needFiles: false });
    return findings;
  } catch (error) {
    if (!isGgufError(error) || error.code !== 'MODEL_NOT_LOADED') throw error;
    return [...findings, notLoadedFinding(overrideKv, error.message)];
  }
}

// Only whether there is a model or a matrix matters to the check of options.
const placeholder: ManifestFile = { name: 'model', sha256: '', sizeBytes: 0 };

async function rulesOf(
  { ref, variant: { tensorTypes }, name }: VariantRequest,
  ports: Surroundings,
): Promise<ParsedTensorTypes> {
  return tensorTypes === undefined
    ? { rules: [], problems: [] }
    : parseTensorTypes(
        await namedFile(ref, ports, { file: tensorTypes, by: `quantize.${name}.tensorTypes` }),
      );
}

function report(
  findings: readonly Finding[],
  {
    request,
    ports,
    levels,
  }: { request: VariantRequest; ports: Surroundings; levels: ReturnType<typeof severities> },
): void {
  const { workspace, report: tell } = ports.environment;
  const { ref, variant, name } = request;
  const file = join(workspace.projects[ref.project]?.root ?? '', variant.tensorTypes ?? '');
  const { errors, warnings } = settle(findings, {
    file,
    severity: (check) => (check === 'sideEffects' ? sideEffectSeverity(variant.sideEffects) : levels[check]),
  });
  for (const message of warnings) tell({ type: 'warning', message: `${name}: ${message}` });
  if (errors.length === 0) return;
  throw new GgufError(
    'RULES_NOT_HONOURED',
    `${targetName(ref)}: llama-quantize would not do what the recipe says\n${errors.join('\n')}`,
    {
      hint: 'Correct the rules or the variant, or set the check that is named in parentheses to "warn" or "off" under "checks" in model.json (side effects: "sideEffects" of the variant, where "pin" removes them).',
    },
  );
}
