import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { ToolchainContext } from './context.js';

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

/** The file name of a tool on this machine. */
export function executable({ host }: ToolchainContext, name: string): string {
  return host.platform === 'win32' ? `${name}.exe` : name;
}

/**
 * Checks that a directory has the tools that no recipe does without.
 * @throws GgufError `TOOLCHAIN_BINARY_MISSING`
 */
export async function requireTools(context: ToolchainContext, directory: string): Promise<void> {
  const missing: string[] = [];
  for (const tool of toolNames.slice(0, 3)) {
    await access(join(directory, executable(context, tool)), constants.X_OK).catch(() => missing.push(tool));
  }
  if (missing.length > 0)
    throw new GgufError('TOOLCHAIN_BINARY_MISSING', `${directory} lacks ${missing.join(', ')}`, {
      hint: 'source.path in toolchain.json names a directory with the binaries of llama.cpp.',
    });
}

/**
 * Checks that a built tool starts.
 * @throws GgufError `TOOLCHAIN_BUILD_FAILED`
 */
export async function mustStart(context: ToolchainContext, path: string): Promise<void> {
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
