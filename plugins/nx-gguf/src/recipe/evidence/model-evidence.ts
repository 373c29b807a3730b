import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { Model } from '../../core/generated/model.generated.js';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { evaluationParameters, statedParameters } from '../../steps/measure/evaluation.js';
import type { EvidenceInputs, TargetArtifact } from '../../steps/evidence/evidence-inputs.js';
import { evidenceOf } from '../../steps/evidence/evidence.js';
import { publicAddress } from '../../steps/evidence/origin.js';
import { planFile } from '../../steps/quantize/tensor-plan.js';
import { pythonRequirements } from '../../toolchain/python.js';
import { directoryOf, evidenceParts } from './evidence-parts.js';
import { requireConsistentModel } from '../consistent-model.js';
import { readLock } from '../lock-file.js';
import type { RecipePorts } from '../ports.js';
import { declaredParts } from './published-parts.js';
import type { TargetRef } from '../../core/target.js';
import { toolchainContext } from '../toolchain-context.js';
import { readConfig } from '../../workspace/workspace.js';

/** A model whose evidence is gathered. */
export interface EvidenceRequest {
  ref: TargetRef;
  model: Model;
  toolchain: string;
}

const publicLlamaCpp = 'https://github.com/ggml-org/llama.cpp';

/**
 * Gathers the results of a model's targets as their last runs left them; what is missing is made.
 * @param withImportance also statistics of the importance matrix, for which its bytes are read once
 */
export async function modelEvidence(
  request: EvidenceRequest,
  ports: RecipePorts,
  { withImportance = false } = {},
): Promise<Evidence> {
  const { ref, model, toolchain } = request;
  const { workspace } = ports.environment;
  const parts = evidenceParts(ref, ports, await readLock(workspace, { project: ref.project, kind: 'model' }));
  const variants = Object.entries(model.quantize ?? {});
  const references = Object.entries(model.references ?? {});
  requireConsistentModel(model, ref.project);
  const source = await parts.artifact('fetch');
  const converted = await parts.artifact('convert');
  const split = (what: { variant: string } | 'unquantized', { manifest }: TargetArtifact) =>
    declaredParts({ what, files: manifest.files }, { project: ref.project, model }, ports);
  const isMeasured = model.evaluation !== undefined;
  return evidenceOf({
    project: ref.project,
    directory: directoryOf(ref.project, ports),
    name: model.name,
    description: model.description ?? null,
    source: {
      ...source,
      origin: parts.origin(model.source, 'source', source),
      readme: await parts.readme(source),
    },
    converted: { ...converted, split: await split('unquantized', converted) },
    imatrix:
      model.imatrix === undefined
        ? null
        : await parts.imatrix(model.imatrix, withImportance ? toolchain : null),
    evaluation:
      model.evaluation === undefined
        ? null
        : {
            corpus: await parts.corpus(model.evaluation.corpus),
            parameters: statedParameters(evaluationParameters(model.evaluation)),
          },
    variants: await Promise.all(
      variants.map(async ([name]) => ({
        name,
        use: model.card?.uses?.[name] ?? null,
        made: await parts.artifact('quantize', name),
        split: await split({ variant: name }, await parts.artifact('quantize', name)),
        plan: await parts.parsed('plan', planFile, await parts.artifact('plan', name)),
        measured: isMeasured ? await parts.measured(name) : null,
        bench: await parts.bench(name),
      })),
    ),
    references: await Promise.all(
      references.map(async ([name, { source: declared, compareWith }]) => {
        const made = await parts.artifact('reference', name);
        return {
          name,
          compareWith: compareWith ?? null,
          bench: await parts.bench(name),
          made,
          origin: parts.origin(declared, { reference: name }, made),
          measured: isMeasured ? await parts.measured(name) : null,
        };
      }),
    ),
    gates: model.gates ?? {},
    toolchain: await toolchainOf(toolchain, ports),
  });
}

async function toolchainOf(project: string, ports: RecipePorts): Promise<EvidenceInputs['toolchain']> {
  const { workspace } = ports.environment;
  const access = ports.toolchain(project);
  const { source } = await readConfig(workspace, 'toolchain', project);
  const repository =
    source.type === 'git' ? publicAddress(source.url) : source.type === 'npm' ? publicLlamaCpp : null;
  const identity = async (part: 'build' | 'python') => (await access.identity(part)) as Record<string, Json>;
  const python = await identity('python');
  const requirements = await pythonRequirements(await toolchainContext(project, ports.environment)).catch(
    () => null,
  );
  // The environment was not made from a list that was changed since.
  const isBound = requirements !== null && python['requirements'] === sha256(requirements.join('\n'));
  return {
    project,
    repository,
    build: await identity('build'),
    python,
    requirements: isBound ? requirements : null,
  };
}
