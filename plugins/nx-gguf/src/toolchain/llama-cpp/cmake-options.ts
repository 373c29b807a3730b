import type { BuildSettings } from '../../core/generated/toolchain.generated.js';

/** What a build is made for: platform and architecture as Node names them. */
export interface BuildTarget {
  platform: string;
  arch: string;
}

/**
 * The CMake cache entries of a build: what every build needs, then backend and portability, then the user's
 * own.
 */
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
    ...withoutAmx(target),
    ...backendOptions[backend],
    ...Object.fromEntries(
      Object.entries(own).map(([name, value]) => [
        name,
        typeof value === 'boolean' ? (value ? 'ON' : 'OFF') : String(value),
      ]),
    ),
  };
}

/**
 * Without llama.cpp's AMX kernels (ggml/src/ggml-cpu/amx). In v0.5.0 built with GCC 12 they stop at an
 * illegal instruction, because GCC's _tile_loadconfig declares 8 of the 64 bytes that it reads and the rest
 * of the tile configuration is dropped as dead; with that repaired they compute wrong products: a mean KLD of
 * 3.26 in place of 0.03.
 */
function withoutAmx({ arch }: BuildTarget): Record<string, string> {
  return arch === 'x64' ? { CMAKE_C_FLAGS: '-U__AMX_INT8__', CMAKE_CXX_FLAGS: '-U__AMX_INT8__' } : {};
}

const backendOptions: Readonly<Record<NonNullable<BuildSettings['backend']>, Record<string, string>>> = {
  cpu: { GGML_METAL: 'OFF' },
  cuda: { GGML_CUDA: 'ON' },
  vulkan: { GGML_VULKAN: 'ON' },
  metal: { GGML_METAL: 'ON', GGML_METAL_EMBED_LIBRARY: 'ON' },
  hip: { GGML_HIP: 'ON' },
};

/**
 * One set of binaries for every CPU of an architecture, where llama.cpp can build that
 * (ggml/src/CMakeLists.txt).
 */
function portable({ platform, arch }: BuildTarget): Record<string, string> {
  const variants = arch === 'x64' || (arch === 'arm64' && ['linux', 'android', 'darwin'].includes(platform));
  return { GGML_NATIVE: 'OFF', ...(variants ? { GGML_BACKEND_DL: 'ON', GGML_CPU_ALL_VARIANTS: 'ON' } : {}) };
}
