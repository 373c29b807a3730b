import type { BuildSettings } from '../core/generated/toolchain.generated.js';

/** What a build is made for, and with: platform and architecture as Node names them, compiler as `compilerIdentity` does. */
export interface BuildTarget {
  platform: string;
  arch: string;
  compiler: string;
}

/** The CMake cache entries of a build: what every build needs, then backend and portability, then the user's own. */
export function cmakeOptions(build: BuildSettings, target: BuildTarget): Record<string, string> {
  const { backend = 'cpu', native = false, cmakeOptions: own = {} } = build;
  return {
    CMAKE_BUILD_TYPE: 'Release',
    BUILD_SHARED_LIBS: 'ON',
    GGML_RPC: 'ON',
    LLAMA_BUILD_TESTS: 'OFF',
    LLAMA_BUILD_UI: 'OFF',
    LLAMA_USE_PREBUILT_UI: 'OFF',
    LLAMA_OPENSSL: 'OFF',
    ...(native ? { GGML_NATIVE: 'ON' } : portable(target)),
    ...tileConfiguration(target),
    ...backendOptions[backend],
    ...Object.fromEntries(Object.entries(own).map(([name, value]) => [name, typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value)])),
  };
}

/**
 * GCC's _tile_loadconfig claims to read 8 of the 64 bytes it loads (amxtileintrin.h), so the elimination of dead stores
 * drops most of the tile configuration of ggml-cpu/amx/mmq.cpp, and every CPU with AMX stops at an illegal instruction.
 */
function tileConfiguration({ arch, compiler }: BuildTarget): Record<string, string> {
  return arch === 'x64' && compiler.startsWith('GNU ') ? { CMAKE_CXX_FLAGS: '-fno-dse' } : {};
}

const backendOptions: Readonly<Record<NonNullable<BuildSettings['backend']>, Record<string, string>>> = {
  cpu: { GGML_METAL: 'OFF' },
  cuda: { GGML_CUDA: 'ON' },
  vulkan: { GGML_VULKAN: 'ON' },
  metal: { GGML_METAL: 'ON', GGML_METAL_EMBED_LIBRARY: 'ON' },
  hip: { GGML_HIP: 'ON' },
};

/** One set of binaries for every CPU of an architecture, where llama.cpp can build that (ggml/src/CMakeLists.txt). */
function portable({ platform, arch }: BuildTarget): Record<string, string> {
  const variants = arch === 'x64' || (arch === 'arm64' && ['linux', 'android', 'darwin'].includes(platform));
  return { GGML_NATIVE: 'OFF', ...(variants ? { GGML_BACKEND_DL: 'ON', GGML_CPU_ALL_VARIANTS: 'ON' } : {}) };
}
