// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Where files come from.
 */
export type Source = PathSource | CommandSource | HuggingFaceSource | UrlSource;
/**
 * Globs of the files to take from a directory; all when absent.
 */
export type Globs = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs1 = string[];
/**
 * Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key; list them in the target's Nx `inputs` too.
 */
export type Globs2 = string[];
/**
 * Globs of the files to take; all when absent.
 */
export type Globs3 = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs4 = string[];

/**
 * A file or directory on this machine. Its bytes are referred to where they are, not copied, unless the file system can share them.
 */
export interface PathSource {
  type: 'path';
  /**
   * Relative to the project's directory, or absolute.
   */
  path: string;
  include?: Globs;
  exclude?: Globs1;
}
/**
 * A program that writes the files: a merge, a fine-tune, a generator. It runs only when its declared inputs change.
 */
export interface CommandSource {
  type: 'command';
  /**
   * Program and arguments, run without a shell in the project's directory. {output} is the empty directory to fill, {llamaCpp} the source of the pinned llama.cpp, {python} the interpreter of the converter's environment.
   *
   * @minItems 1
   */
  command: [string, ...string[]];
  inputs?: Globs2;
}
/**
 * Files of a repository on a Hugging Face hub.
 */
export interface HuggingFaceSource {
  type: 'huggingface';
  repository: string;
  kind?: 'model' | 'dataset';
  /**
   * Branch, tag or commit.
   */
  revision?: string;
  include?: Globs3;
  exclude?: Globs4;
  /**
   * Take this one file out of the archive that `include` names.
   */
  member?: string;
}
/**
 * One file, or one member of an archive, by address and digest.
 */
export interface UrlSource {
  type: 'url';
  url: string;
  sha256: string;
  /**
   * Path inside the archive.
   */
  member?: string;
}

/** The schema itself. */
export const sourceSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "source.schema.json",
  "title": "Source",
  "description": "Where files come from.",
  "type": "object",
  "required": [
    "type"
  ],
  "discriminator": {
    "propertyName": "type"
  },
  "oneOf": [
    {
      "$ref": "#/definitions/pathSource"
    },
    {
      "$ref": "#/definitions/commandSource"
    },
    {
      "$ref": "#/definitions/huggingfaceSource"
    },
    {
      "$ref": "#/definitions/urlSource"
    }
  ],
  "definitions": {
    "globs": {
      "type": "array",
      "items": {
        "type": "string",
        "minLength": 1
      },
      "uniqueItems": true
    },
    "pathSource": {
      "title": "PathSource",
      "description": "A file or directory on this machine. Its bytes are referred to where they are, not copied, unless the file system can share them.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "path"
      ],
      "properties": {
        "type": {
          "const": "path"
        },
        "path": {
          "description": "Relative to the project's directory, or absolute.",
          "type": "string",
          "minLength": 1,
          "examples": [
            "../../checkpoints/my-finetune"
          ]
        },
        "include": {
          "description": "Globs of the files to take from a directory; all when absent.",
          "$ref": "#/definitions/globs"
        },
        "exclude": {
          "description": "Globs of the files to leave out.",
          "$ref": "#/definitions/globs"
        }
      }
    },
    "commandSource": {
      "title": "CommandSource",
      "description": "A program that writes the files: a merge, a fine-tune, a generator. It runs only when its declared inputs change.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "command"
      ],
      "properties": {
        "type": {
          "const": "command"
        },
        "command": {
          "description": "Program and arguments, run without a shell in the project's directory. {output} is the empty directory to fill, {llamaCpp} the source of the pinned llama.cpp, {python} the interpreter of the converter's environment.",
          "type": "array",
          "minItems": 1,
          "items": {
            "type": "string"
          },
          "examples": [
            [
              "{python}",
              "merge.py",
              "--out",
              "{output}"
            ]
          ]
        },
        "inputs": {
          "description": "Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key; list them in the target's Nx `inputs` too.",
          "$ref": "#/definitions/globs"
        }
      }
    },
    "huggingfaceSource": {
      "title": "HuggingFaceSource",
      "description": "Files of a repository on a Hugging Face hub.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "repository"
      ],
      "properties": {
        "type": {
          "const": "huggingface"
        },
        "repository": {
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*$",
          "examples": [
            "unsloth/Qwen3.5-0.8B"
          ]
        },
        "kind": {
          "enum": [
            "model",
            "dataset"
          ],
          "default": "model"
        },
        "revision": {
          "description": "Branch, tag or commit.",
          "type": "string",
          "minLength": 1,
          "default": "main"
        },
        "include": {
          "description": "Globs of the files to take; all when absent.",
          "$ref": "#/definitions/globs"
        },
        "exclude": {
          "description": "Globs of the files to leave out.",
          "$ref": "#/definitions/globs"
        },
        "member": {
          "description": "Take this one file out of the archive that `include` names.",
          "type": "string",
          "minLength": 1
        }
      }
    },
    "urlSource": {
      "title": "UrlSource",
      "description": "One file, or one member of an archive, by address and digest.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "url",
        "sha256"
      ],
      "properties": {
        "type": {
          "const": "url"
        },
        "url": {
          "type": "string",
          "pattern": "^https?://"
        },
        "sha256": {
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "member": {
          "description": "Path inside the archive.",
          "type": "string",
          "minLength": 1
        }
      }
    }
  }
} as const;
