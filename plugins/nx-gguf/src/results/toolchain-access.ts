import { join } from 'node:path';
import type { Json } from '../core/json/canonical-json.js';
import { canonicalJson } from '../core/json/canonical-json.js';
import { GgufError } from '../core/errors.js';
import { readManifest } from '../store/actions.js';
import type { StepTools } from '../steps/step.js';
import { buildIdentity, ensureBuild } from '../toolchain/llama-cpp/build.js';
import { ensurePython, pythonIdentity } from '../toolchain/python.js';
import { ensureSource, sourceIdentity } from '../toolchain/llama-cpp/source.js';
import { manifestPath } from '../core/target.js';
import type { RecipeEnvironment, ToolchainPart } from '../recipe/ports.js';
import { toolchainContext } from '../recipe/toolchain-context.js';
import { taskName } from '../workspace/workspace.js';

/** The toolchain of a project: its identities need no build, its tools are built when a step runs them. */
export interface ToolchainAccess {
  identity: (part: ToolchainPart) => Promise<Json>;
  tools: StepTools;
}

/**
 * Access to the toolchain of a project. Identities come from the manifests of its targets where those have
 * run.
 */
export function toolchainAccess(project: string, environment: RecipeEnvironment): ToolchainAccess {
  const context = once(() => toolchainContext(project, environment));
  const computed = {
    source: once(async () => (await sourceIdentity(await context())) as unknown as Json),
    build: once(async () => (await buildIdentity(await context())) as unknown as Json),
    python: once(async () => (await pythonIdentity(await context())) as unknown as Json),
  };
  const recorded = async (part: ToolchainPart): Promise<Json | null> => {
    const manifest = await readManifest(
      join(environment.workspace.root, manifestPath({ project, kind: part })),
    );
    return (manifest?.facts['identity'] as Json | undefined) ?? null;
  };
  const identity = async (part: ToolchainPart): Promise<Json> => (await recorded(part)) ?? computed[part]();
  const same = async (part: ToolchainPart, actual: unknown): Promise<void> => {
    if (canonicalJson(await identity(part)) === canonicalJson(actual as Json)) return;
    throw new GgufError(
      'TOOLCHAIN_CHANGED',
      `the ${part} of ${project} is no longer what its last run recorded`,
      {
        hint: `Run \`nx run ${taskName({ project, kind: part }, environment.workspace)}\` and then this target again.`,
      },
    );
  };
  const build = once(async () => ensureBuild(await context()));
  return {
    identity,
    tools: {
      llama: async (tool) => {
        const { tool: path, identity: actual } = await build();
        await same('build', actual);
        return path(tool);
      },
      python: async () => {
        const { interpreter, identity: actual } = await ensurePython(await context());
        await same('python', actual);
        return interpreter;
      },
      source: async () => {
        const { dir, identity: actual } = await ensureSource(await context());
        await same('source', actual);
        return dir;
      },
    },
  };
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => (result ??= work());
}
