import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Json } from '../core/json/canonical-json.js';
import { digestOf, sha256, type Sha256 } from '../core/digest.js';
import { GgufError, isGgufError } from '../core/errors.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { lfsPointerError, readLfsPointer } from '../core/lfs-pointer.js';
import { unreadable } from '../core/system-error.js';
import { stepRegistry } from '../core/step-registry.js';
import { readSmallText } from '../files/small-file.js';
import { output, type ToolchainContext } from './context.js';
import { requirePrerequisites } from './doctor.js';
import { oncePerIdentity } from './once-per-identity.js';
import { installPackages } from './python-packages.js';

/** What decides the converter's output: interpreter version, packages, platform. */
export type PythonIdentity = Readonly<Record<string, Json>>;

const oldest = [3, 10] as const;
const packages = ['torch', 'transformers', 'numpy', 'sentencepiece', 'protobuf'];
const askVersions = `import sys, platform, json
from importlib import metadata
def version(name):
    try: return metadata.version(name)
    except metadata.PackageNotFoundError: return None
print(json.dumps({"python": platform.python_version(), "implementation": platform.python_implementation(), **{name: version(name) for name in sys.argv[1:]}}))`;

/** The identity of the Python environment, without making it. */
export async function pythonIdentity(context: ToolchainContext): Promise<PythonIdentity> {
  const { platform, arch } = context.host;
  const ready = context.config.python?.interpreter;
  if (ready !== undefined)
    return {
      kind: 'interpreter',
      ...(await versions(context, interpreterPath(context, ready), packages)),
      platform,
      arch,
    };
  const { python = '', implementation = '' } = await versions(context, await basePython(context), []);
  return {
    kind: 'environment',
    version: stepRegistry.python.logicVersion,
    requirements: sha256(normalizeRequirements(await requirements(context))),
    python: (python ?? '').split('.').slice(0, 2).join('.'),
    implementation,
    platform,
    arch,
  };
}

/**
 * The interpreter of the environment, made when this machine does not have it.
 * @throws GgufError `PYTHON_MISSING`, `PYTHON_ENV_FAILED`
 */
export async function ensurePython(
  context: ToolchainContext,
): Promise<{ interpreter: string; identity: PythonIdentity; id: Sha256 }> {
  const identity = await pythonIdentity(context);
  const id = digestOf(identity);
  const ready = context.config.python?.interpreter;
  if (ready !== undefined) return { interpreter: interpreterPath(context, ready), identity, id };
  const dir = await oncePerIdentity(context, {
    name: `python-${id.slice(0, 16)}`,
    identity,
    label: "the converter's Python environment",
    inPlace: true,
    make: (directory) => makeEnvironment(context, directory),
  });
  return { interpreter: environmentPython(context, dir), identity, id };
}

/**
 * The lines of the requirements that an environment is made from; null where a ready interpreter is named.
 */
export async function pythonRequirements(context: ToolchainContext): Promise<string[] | null> {
  return context.config.python?.interpreter === undefined
    ? normalizeRequirements(await requirements(context)).split('\n')
    : null;
}

/** Requirements without comments, blank lines and white space at line ends: what decides the packages. */
export function normalizeRequirements(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .join('\n');
}

async function makeEnvironment(context: ToolchainContext, directory: string): Promise<void> {
  await requirePrerequisites(context, ['python']);
  context.report({ type: 'step', message: "making the converter's Python environment (minutes, once)" });
  const list = `${directory}.requirements.txt`;
  try {
    await writeFile(list, normalizeRequirements(await requirements(context)));
    await installPackages(context, {
      directory,
      requirements: list,
      base: await basePython(context),
      interpreter: environmentPython(context, directory),
    });
    await output(
      context,
      [
        environmentPython(context, directory),
        '-c',
        'import torch, transformers, numpy, sentencepiece, google.protobuf, safetensors',
      ],
      {
        cwd: context.configDir,
        kind: 'python',
        env: { PYTHONPATH: undefined, PYTHONDONTWRITEBYTECODE: undefined },
      },
    );
  } catch (cause) {
    if (!isGgufError(cause) || cause.code !== 'TOOL_FAILED') throw cause;
    throw new GgufError('PYTHON_ENV_FAILED', "the converter's Python environment could not be made", {
      cause,
      tail: cause.tail,
      hint: 'Is the package index (or your mirror of it) reachable from here? python.interpreter in toolchain.json names a ready environment instead.',
    });
  } finally {
    await rm(list, { force: true });
  }
}

async function requirements({ config, configDir }: ToolchainContext): Promise<string> {
  const file = config.python?.requirements ?? 'requirements.txt';
  const what = `${file}, the requirements of the converter`;
  const text = await readSmallText(join(configDir, file)).catch((cause: unknown) => {
    throw unreadable(cause, { what, hint: 'Name the file with python.requirements in toolchain.json.' });
  });
  const pointer = readLfsPointer(text);
  if (pointer !== null) throw lfsPointerError(`${what},`, pointer, 'Run `git lfs pull` in this repository.');
  return text;
}

async function basePython(context: ToolchainContext): Promise<string> {
  const chosen = context.env['PYTHON'];
  for (const command of chosen === undefined || chosen === '' ? ['python3', 'python'] : [chosen]) {
    const found = await versions(context, command, []).catch(() => null);
    const [major = 0, minor = 0] = (found?.['python'] ?? '').split('.').map(Number);
    if (found !== null && (major > oldest[0] || (major === oldest[0] && minor >= oldest[1]))) return command;
  }
  throw new GgufError('PYTHON_MISSING', `no Python ${oldest.join('.')} or newer was found`, {
    hint: 'Debian/Ubuntu: apt-get install python3 python3-venv. macOS: brew install python@3.12. PYTHON in the environment names another one.',
  });
}

async function versions(
  context: ToolchainContext,
  interpreter: string,
  names: readonly string[],
): Promise<Record<string, string | null>> {
  const text = await output(context, [interpreter, '-c', askVersions, ...names], {
    cwd: context.configDir,
    kind: 'python',
    env: { PYTHONPATH: undefined },
  });
  // Whatever a site's startup files print comes first.
  const told = jsonOrNull(text.slice(text.indexOf('{')));
  if (told !== null) return told as Record<string, string | null>;
  throw new GgufError('TOOL_FAILED', `${interpreter} does not say its versions`, {
    tail: text.split('\n').slice(-5),
    hint: 'Is it Python? PYTHON in the environment, or python.interpreter in toolchain.json, names it.',
  });
}

function interpreterPath({ configDir }: ToolchainContext, interpreter: string): string {
  return interpreter.includes('/') ? resolve(configDir, interpreter) : interpreter;
}

function environmentPython({ host }: ToolchainContext, directory: string): string {
  return host.platform === 'win32'
    ? join(directory, 'Scripts', 'python.exe')
    : join(directory, 'bin', 'python');
}
