import { join } from 'node:path';
import { output, type ToolchainContext } from './context.js';
import { ensureSource } from './llama-cpp/source.js';
import { readSmallText } from '../files/small-file.js';

/** An environment to fill. */
export interface PackageInstallation {
  directory: string;
  requirements: string;
  /** The interpreter it is made with, and the one it has then. */
  base: string;
  interpreter: string;
}

const probeMs = 5_000;

/**
 * Makes a virtual environment and installs the requirements: with uv where it is installed, else with venv
 * and pip.
 */
export async function installPackages(
  context: ToolchainContext,
  installation: PackageInstallation,
): Promise<void> {
  const run = (argv: readonly [string, ...string[]]) =>
    output(context, argv, {
      cwd: context.configDir,
      kind: 'install',
      env: {
        PYTHONPATH: undefined,
        VIRTUAL_ENV: undefined,
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_NO_INPUT: '1',
      },
    });
  const { directory, requirements, base, interpreter } = installation;
  const index = await torchIndex(context);
  const extra = index === null ? [] : ['--extra-index-url', index];
  if (await hasUv(context)) {
    await run(['uv', 'venv', '--quiet', '--allow-existing', '--python', base, directory]);
    await run([
      'uv',
      'pip',
      'install',
      '--quiet',
      '--python',
      interpreter,
      ...(index === null ? [] : ['--index-strategy', 'unsafe-best-match']),
      ...extra,
      '-r',
      requirements,
    ]);
    return;
  }
  await run([base, '-m', 'venv', directory]);
  await run([
    interpreter,
    '-m',
    'pip',
    'install',
    '--quiet',
    '--no-compile',
    '--retries',
    '2',
    ...extra,
    '-r',
    requirements,
  ]);
}

/**
 * The index of PyTorch's CPU builds that llama.cpp's own requirements name, when it answers. Without it the
 * default build comes, on Linux with several GB of CUDA libraries.
 */
async function torchIndex(context: ToolchainContext): Promise<string | null> {
  const chosen = context.config.python?.torchIndex ?? 'auto';
  if (chosen === 'default' || context.host.platform !== 'linux') return null;
  if (chosen !== 'auto') return chosen;
  const { dir } = await ensureSource(context);
  const text = await readSmallText(join(dir, 'requirements/requirements-convert_hf_to_gguf.txt')).catch(
    () => '',
  );
  const index = /^--extra-index-url\s+(https:\/\/\S+)/m.exec(text)?.[1];
  if (index !== undefined && (await answers(`${index}/torch/`))) return index;
  context.report({
    type: 'warning',
    message:
      'the index of PyTorch CPU builds cannot be reached: taking the default build, which brings several GB of CUDA libraries',
  });
  return null;
}

async function answers(url: string): Promise<boolean> {
  return fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(probeMs) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function hasUv(context: ToolchainContext): Promise<boolean> {
  return output(context, ['uv', '--version'], { cwd: context.configDir, kind: 'install' }).then(
    () => true,
    () => false,
  );
}
