import { mkdir } from 'node:fs/promises';
import { GgufError, isGgufError } from '../../core/errors.js';
import { output, type ToolchainContext } from '../context.js';
import { toolNames } from '../tool-files.js';

/**
 * Compiles the tools of llama.cpp from a source in a work directory.
 * @throws GgufError `TOOLCHAIN_BUILD_FAILED` with the last lines of CMake or the compiler
 */
export async function compile(
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
      { cwd: work, kind: 'build', env },
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
      { cwd: work, kind: 'build', env, onOutput: buildProgress(context) },
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
  return output(context, ['ninja', '--version'], { cwd: context.configDir, kind: 'build' }).then(
    () => true,
    () => false,
  );
}
