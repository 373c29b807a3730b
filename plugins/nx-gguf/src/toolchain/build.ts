import { access, constants, cp, mkdir, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Json } from '../core/canonical-json.js';
import { digestOf, type Sha256 } from '../core/digest.js';
import { GgufError, isGgufError, systemErrorCode } from '../core/errors.js';
import { stepRegistry } from '../core/step-registry.js';
import { cmakeOptions } from './cmake-options.js';
import { compilerIdentity } from './compiler.js';
import { output, type ToolchainContext } from './context.js';
import {
  buildFlushingPerplexity,
  flushingPerplexity,
  lacksFlushingPerplexity,
} from './flushing-perplexity.js';
import { oncePerIdentity } from './once-per-identity.js';
import { ensureSource, sourceIdentity } from './source.js';
import { treeDigest } from './tree-digest.js';

/** The tools that are built. */
export const toolNames = [
  'llama-quantize',
  'llama-imatrix',
  'llama-perplexity',
  'llama-gguf-split',
  'llama-bench',
] as const;

/** A tool of llama.cpp. */
export type ToolName = (typeof toolNames)[number];

/**
 * What decides the bytes and digits that the tools produce; not the bytes of the binaries, but what they were
 * made from.
 */
export type BuildIdentity = Readonly<Record<string, Json>>;

/** Tools that are ready to run. */
export interface LlamaTools {
  identity: BuildIdentity;
  id: Sha256;
  dir: string;
  tool: (name: ToolName) => string;
}

/** The identity of the tools, without building them. */
export async function buildIdentity(context: ToolchainContext): Promise<BuildIdentity> {
  const { config, host } = context;
  const { platform, arch } = host;
  if (config.source.type === 'binaries') {
    return {
      kind: 'binaries',
      files: await treeDigest(await binariesDirectory(context), ['*']),
      platform,
      arch,
    };
  }
  return {
    kind: 'built',
    version: stepRegistry.build.logicVersion,
    source: { ...(await sourceIdentity(context)) },
    cmake: cmakeOptions(config.build ?? {}, host),
    ...(await compilerIdentity(context)),
    platform,
    arch,
    ...(config.build?.native === true ? { cpu: host.cpuModel } : {}),
  };
}

/**
 * The tools, built when this machine does not have them.
 * @throws GgufError `TOOLCHAIN_BUILD_FAILED`, `TOOLCHAIN_BINARY_MISSING`, and what getting the source throws.
 */
export async function ensureBuild(context: ToolchainContext): Promise<LlamaTools> {
  const identity = await buildIdentity(context);
  const id = digestOf(identity);
  const dir =
    context.config.source.type === 'binaries'
      ? await binariesDirectory(context)
      : await built(context, identity, id);
  const flushing =
    (await flushingPerplexity(dir)) ??
    (context.config.source.type === 'binaries' ? null : await addedPerplexity(context, dir));
  return {
    identity,
    id,
    dir,
    tool: (name) =>
      name === 'llama-perplexity' && flushing !== null ? flushing : join(dir, executable(context, name)),
  };
}

/** A build by an older nx-gguf gets the main that it lacks. */
async function addedPerplexity(context: ToolchainContext, directory: string): Promise<string | null> {
  if (await lacksFlushingPerplexity(directory)) return null;
  await buildFlushingPerplexity(context, directory);
  return flushingPerplexity(directory);
}

function built(context: ToolchainContext, identity: BuildIdentity, id: Sha256): Promise<string> {
  return oncePerIdentity(context, {
    name: `build-${id.slice(0, 16)}`,
    identity,
    label: 'a build of llama.cpp',
    make: async (directory) => {
      const { dir: source } = await ensureSource(context);
      const work = join(directory, '.nx-gguf-build');
      await compile(context, { source, work, cmake: identity['cmake'] as Record<string, string> });
      await cp(join(work, 'bin'), directory, { recursive: true, verbatimSymlinks: true });
      await rm(work, { recursive: true, force: true });
      await buildFlushingPerplexity(context, directory);
      await requireTools(context, directory);
      for (const tool of toolNames) await mustStart(context, join(directory, executable(context, tool)));
    },
  });
}

async function compile(
  context: ToolchainContext,
  { source, work, cmake }: { source: string; work: string; cmake: Readonly<Record<string, string>> },
): Promise<void> {
  const ninja = await hasNinja(context);
  const options = { ...cmake, ...relocatable(context), LLAMA_BUILD_COMMIT: 'nx-gguf', GGML_CCACHE: 'ON' };
  context.report({ type: 'step', message: 'building llama.cpp (minutes, once for each identity)' });
  await mkdir(work, { recursive: true });
  // They change what is computed and are no part of the identity: `cmakeOptions` has CMAKE_CXX_FLAGS for
  // those who need them.
  const env = {
    CFLAGS: undefined,
    CXXFLAGS: undefined,
    CPPFLAGS: undefined,
    CUDAFLAGS: undefined,
    HIPFLAGS: undefined,
  };
  try {
    await output(
      context,
      [
        'cmake',
        '-S',
        source,
        '-B',
        work,
        ...(ninja ? ['-G', 'Ninja'] : []),
        ...Object.entries(options).map(([name, value]) => `-D${name}=${value}`),
      ],
      { cwd: work, env },
    );
    await output(
      context,
      [
        'cmake',
        '--build',
        work,
        '--config',
        'Release',
        '--parallel',
        String(context.config.build?.jobs ?? context.host.cores),
        '--target',
        ...toolNames,
      ],
      { cwd: work, env, onOutput: buildProgress(context) },
    );
  } catch (cause) {
    if (!isGgufError(cause) || cause.code !== 'TOOL_FAILED') throw cause;
    throw new GgufError('TOOLCHAIN_BUILD_FAILED', 'llama.cpp could not be built', {
      cause,
      tail: cause.tail,
      hint: 'The last lines of CMake or the compiler say why; the `doctor` target checks what a build needs.',
    });
  }
}

function buildProgress({ report }: ToolchainContext): (text: string) => void {
  return (text) => {
    const step = [...text.matchAll(/^\[(\d+)\/(\d+)\]/gm)].at(-1);
    const percent = [...text.matchAll(/^\[ *(\d+)%\]/gm)].at(-1);
    if (step !== undefined)
      report({
        type: 'progress',
        label: 'building llama.cpp',
        done: Number(step[1]),
        total: Number(step[2]),
        unit: 'steps',
      });
    else if (percent !== undefined)
      report({
        type: 'progress',
        label: 'building llama.cpp',
        done: Number(percent[1]),
        total: 100,
        unit: 'steps',
      });
  };
}

/** Libraries are found beside the binaries, so the directory works wherever it is. */
function relocatable({ host }: ToolchainContext): Record<string, string> {
  return {
    CMAKE_BUILD_WITH_INSTALL_RPATH: 'ON',
    CMAKE_INSTALL_RPATH: host.platform === 'darwin' ? '@loader_path' : '$ORIGIN',
  };
}

async function hasNinja(context: ToolchainContext): Promise<boolean> {
  return output(context, ['ninja', '--version'], { cwd: context.configDir }).then(
    () => true,
    () => false,
  );
}

async function mustStart(context: ToolchainContext, path: string): Promise<void> {
  const { exitCode, output: text } = await context.runTool({
    command: path,
    args: ['--help'],
    cwd: context.configDir,
    mayFail: true,
  });
  if (exitCode > 1)
    throw new GgufError('TOOLCHAIN_BUILD_FAILED', `${path} was built but does not start`, {
      tail: text.split('\n').slice(-10),
    });
}

async function requireTools(context: ToolchainContext, directory: string): Promise<void> {
  const missing: string[] = [];
  for (const tool of toolNames.slice(0, 3)) {
    await access(join(directory, executable(context, tool)), constants.X_OK).catch(() => missing.push(tool));
  }
  if (missing.length > 0)
    throw new GgufError('TOOLCHAIN_BINARY_MISSING', `${directory} lacks ${missing.join(', ')}`, {
      hint: 'source.path in toolchain.json names a directory with the binaries of llama.cpp.',
    });
}

async function binariesDirectory(context: ToolchainContext): Promise<string> {
  const { source } = context.config;
  const path = resolve(context.configDir, source.type === 'binaries' ? source.path : '.');
  const names = await readdir(path).catch((cause: unknown) => {
    throw new GgufError('TOOLCHAIN_BINARY_MISSING', `${path}: ${systemErrorCode(cause) ?? String(cause)}`, {
      cause,
      hint: 'source.path in toolchain.json names a directory with the binaries of llama.cpp.',
    });
  });
  const directory =
    names.includes('bin') && !names.includes(executable(context, 'llama-quantize'))
      ? join(path, 'bin')
      : path;
  await requireTools(context, directory);
  return directory;
}

function executable({ host }: ToolchainContext, name: string): string {
  return host.platform === 'win32' ? `${name}.exe` : name;
}
