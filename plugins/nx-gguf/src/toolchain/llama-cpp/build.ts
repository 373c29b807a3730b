import { cp, readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { digestOf, type Sha256 } from '../../core/digest.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import { systemReason } from '../../core/system-error.js';
import { stepRegistry } from '../../core/step-registry.js';
import { cmakeOptions } from './cmake-options.js';
import { compile } from './compile.js';
import { compilerIdentity } from './compiler.js';
import type { ToolchainContext } from '../context.js';
import { requirePrerequisites } from '../doctor.js';
import {
  buildFlushingPerplexity,
  flushingPerplexity,
  lacksFlushingPerplexity,
} from '../flushing-perplexity.js';
import { oncePerIdentity } from '../once-per-identity.js';
import { ensureSource, sourceIdentity } from './source.js';
import { executable, mustStart, requireTools, toolNames, type ToolName } from '../tool-files.js';
import { treeDigest } from './tree-digest.js';

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
 * @throws GgufError `PREREQUISITE_MISSING`, `TOOLCHAIN_BUILD_FAILED`, `TOOLCHAIN_BINARY_MISSING`, and what getting the source throws.
 */
export async function ensureBuild(context: ToolchainContext): Promise<LlamaTools> {
  const identity = await buildIdentity(context).catch(async (error: unknown) => {
    // A compiler that is missing is told with everything else that is.
    if (isGgufError(error) && error.code === 'PREREQUISITE_MISSING')
      await requirePrerequisites(context, ['build']);
    throw error;
  });
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
      await requirePrerequisites(context, ['build']);
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

async function binariesDirectory(context: ToolchainContext): Promise<string> {
  const { source } = context.config;
  const path = resolve(context.configDir, source.type === 'binaries' ? source.path : '.');
  const names = await readdir(path).catch((cause: unknown) => {
    throw new GgufError('TOOLCHAIN_BINARY_MISSING', `${path}: ${systemReason(cause)}`, {
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
