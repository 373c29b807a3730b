import type { Json } from '../core/json/canonical-json.js';
import { join } from 'node:path';
import { digestOf } from '../core/digest.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { stepRegistry } from '../core/step-registry.js';
import { manifestText } from '../store/actions.js';
import { writeDurably } from '../files/durable.js';
import type { ToolchainContext } from '../toolchain/context.js';
import { ensureBuild } from '../toolchain/llama-cpp/build.js';
import { diagnose, formatDiagnosis, requireHealthy } from '../toolchain/doctor.js';
import { ensurePython } from '../toolchain/python.js';
import { ensureSource } from '../toolchain/llama-cpp/source.js';
import type { CommonOptions, Execution } from './run-executor.js';
import { manifestPath, targetName } from '../core/target.js';
import type { ToolchainPart } from '../recipe/ports.js';
import { tellUnused, unusedToolchain } from '../recipe/unused-settings.js';
import { toolchainContext } from '../recipe/toolchain-context.js';
import { taskName } from '../workspace/workspace.js';

/**
 * Makes a part of the toolchain, unless this machine has it, and records its identity for the targets that
 * use it.
 */
export async function runToolchainPart(
  part: ToolchainPart,
  { project, environment, options, print, tasks }: Execution<CommonOptions & { jobs?: number }>,
): Promise<void> {
  const context = await toolchainContext(project, environment);
  context.wanted = (['build', 'python'] as const).filter((kind) =>
    tasks.has(taskName({ project, kind }, environment.workspace)),
  );
  if (options.jobs !== undefined)
    context.config = { ...context.config, build: { ...context.config.build, jobs: options.jobs } };
  print(
    `${targetName({ project, kind: part })}: ${summary({ ...(await recordToolchainPart(part, context, { project, environment })) })}`,
  );
}

/**
 * Makes a part of the toolchain, unless this machine has it, and leaves the manifest with its identity; the
 * identity.
 */
export async function recordToolchainPart(
  part: ToolchainPart,
  context: ToolchainContext,
  { project, environment }: Pick<Execution<CommonOptions>, 'project' | 'environment'>,
): Promise<Readonly<Record<string, unknown>>> {
  const ensure = { source: ensureSource, build: ensureBuild, python: ensurePython }[part];
  const { identity } = await ensure(context);
  const facts = { identity: identity as unknown as Json };
  const manifest: Manifest = {
    format: 1,
    step: part,
    actionKey: digestOf({ step: part, version: stepRegistry[part].logicVersion, identity: facts.identity }),
    files: [],
    facts,
    provenance: { inputs: [], toolchain: null, commands: [] },
  };
  await writeDurably(
    join(environment.workspace.root, manifestPath({ project, kind: part })),
    manifestText(manifest),
  );
  return { ...identity };
}

/** Checks the machine, prints what was found, and fails when something is missing. */
export async function runDoctor({ project, environment, print }: Execution<CommonOptions>): Promise<void> {
  const context = await toolchainContext(project, environment);
  const checks = await diagnose(context);
  tellUnused([...unusedToolchain(context.config), ...(environment.remotes.unused ?? [])], { environment });
  print(formatDiagnosis(checks));
  requireHealthy(checks);
}

function summary(identity: Readonly<Record<string, unknown>>): string {
  return Object.entries(identity)
    .map(([name, value]) =>
      typeof value === 'string' || typeof value === 'number' ? `${name} ${String(value).slice(0, 40)}` : '',
    )
    .filter((text) => text !== '')
    .join(', ');
}
