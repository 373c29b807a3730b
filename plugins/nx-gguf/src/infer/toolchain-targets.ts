import { inferredTarget, type InferredTarget } from './inferred-target.js';
import { manifests, namedFile, type Input } from './inputs.js';
import { isRecord, text } from '../workspace/loose-json.js';
import type { ProjectContext } from './model-context.js';

const declaration: Input = '{projectRoot}/toolchain.json';
const host: Input = { runtime: 'uname -sm' };

/*
 * What Nx does not see of the machine stays as it was when a result is restored, and the toolchain is then
 * another one than its manifest says, whatever is run again. So each program is asked as the identity of the
 * part asks it (toolchain/llama-cpp/compiler.ts, toolchain/python.ts), also one that CXX or PYTHON names.
 */
const compiler: Input = {
  runtime: '"${CXX:-c++}" --version || g++ --version || clang++ --version',
};
const interpreter: Input = { runtime: '"${PYTHON:-python3}" --version || python --version' };
/** A build for this CPU alone has its model in its identity. */
const cpuModel: Input = { runtime: `node -p "require('node:os').cpus()[0]?.model"` };

function isNative({ build }: Readonly<Record<string, unknown>>): boolean {
  return isRecord(build) && build['native'] === true;
}

/** The file of requirements that a toolchain names, relative to its directory. */
function requirementsFile(toolchain: Readonly<Record<string, unknown>>): string {
  const python = toolchain['python'];
  return (isRecord(python) ? text(python['requirements']) : null) ?? 'requirements.txt';
}

/**
 * The targets of a toolchain, by name. What lies on this machine, a checkout, binaries or an interpreter, Nx
 * does not see: their targets are asked each time.
 */
export function toolchainTargets(
  toolchain: Readonly<Record<string, unknown>>,
  { root, prefix }: ProjectContext,
): Record<string, InferredTarget> {
  const { source, python } = toolchain;
  const isPinned = isRecord(source) && (source['type'] === 'npm' || source['type'] === 'git');
  const hasInterpreter = isRecord(python) && python['interpreter'] !== undefined;
  const dependsOn = [{ target: `${prefix}source` }];
  return {
    [`${prefix}source`]: inferredTarget({
      executor: 'toolchain-source',
      description: 'Verifies and extracts the source of llama.cpp.',
      cache: isPinned,
      inputs: [declaration],
      outputs: ['source/artifact.json'],
    }),
    [`${prefix}build`]: inferredTarget({
      executor: 'toolchain-build',
      description: 'Builds the tools of llama.cpp.',
      cache: isPinned,
      inputs: [
        declaration,
        manifests,
        host,
        compiler,
        ...(isNative(toolchain) ? [cpuModel] : []),
        { env: 'CC' },
        { env: 'CXX' },
      ],
      outputs: ['build/artifact.json'],
      dependsOn,
    }),
    [`${prefix}python`]: inferredTarget({
      executor: 'toolchain-python',
      description: "Makes the converter's Python environment.",
      cache: !hasInterpreter,
      inputs: [
        declaration,
        namedFile(root, requirementsFile(toolchain)),
        manifests,
        host,
        interpreter,
        { env: 'PYTHON' },
      ],
      outputs: ['python/artifact.json'],
      dependsOn,
    }),
    [`${prefix}doctor`]: inferredTarget({
      executor: 'doctor',
      description: 'Checks what this machine has and lacks.',
      cache: false,
      inputs: [],
    }),
  };
}
