// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * Where files come from.
 */
export type Source = PathSource | CommandSource | HuggingFaceSource | GitSource | UrlSource;
/**
 * Globs of the files to take from a directory; all when absent.
 */
export type Globs = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs1 = string[];
/**
 * Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key, and Nx hashes them, also those that git ignores.
 */
export type Globs2 = string[];
/**
 * Globs of the files to take, `**` for any depth; all files that are not hidden when absent. Only what is taken is fetched.
 */
export type Globs3 = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs4 = string[];
/**
 * Globs of the files to take; all files that are not hidden when absent.
 */
export type Globs5 = string[];
/**
 * Globs of the files to leave out.
 */
export type Globs6 = string[];

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
   * Take this one file out of the archive (zip, tar or tar.gz) that `include` names.
   */
  member?: string;
  /**
   * Another hub that speaks the same protocol; HF_ENDPOINT, else the public hub, when absent. Your token is not sent to it unless HF_ENDPOINT names it too.
   */
  endpoint?: string;
}
/**
 * Files of a git repository, fetched without its history. Of Git LFS only the files that are taken are fetched.
 */
export interface GitSource {
  type: 'git';
  /**
   * What git itself takes: https, ssh, or the directory of a repository, relative to the project's.
   */
  url: string;
  /**
   * Branch, tag or commit.
   */
  revision?: string;
  include?: Globs5;
  exclude?: Globs6;
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
  /**
   * Of the file at the address, so of the archive when `member` is given.
   */
  sha256: string;
  /**
   * Take this one file out of the archive (zip, tar or tar.gz).
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
      "$ref": "#/definitions/gitSource"
    },
    {
      "$ref": "#/definitions/urlSource"
    }
  ],
  "definitions": {
    "globs": {
      "description": "Globs of file paths: `*` stays in one directory, `**` goes deeper.",
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
          "description": "Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key, and Nx hashes them, also those that git ignores.",
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
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,255}$",
          "default": "main"
        },
        "include": {
          "description": "Globs of the files to take, `**` for any depth; all files that are not hidden when absent. Only what is taken is fetched.",
          "$ref": "#/definitions/globs"
        },
        "exclude": {
          "description": "Globs of the files to leave out.",
          "$ref": "#/definitions/globs"
        },
        "member": {
          "description": "Take this one file out of the archive (zip, tar or tar.gz) that `include` names.",
          "type": "string",
          "minLength": 1,
          "maxLength": 1024
        },
        "endpoint": {
          "description": "Another hub that speaks the same protocol; HF_ENDPOINT, else the public hub, when absent. Your token is not sent to it unless HF_ENDPOINT names it too.",
          "type": "string",
          "pattern": "^https?://[^/@?#]+(/[^@?#]*)?$"
        }
      }
    },
    "gitSource": {
      "title": "GitSource",
      "description": "Files of a git repository, fetched without its history. Of Git LFS only the files that are taken are fetched.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "type",
        "url"
      ],
      "properties": {
        "type": {
          "const": "git"
        },
        "url": {
          "description": "What git itself takes: https, ssh, or the directory of a repository, relative to the project's.",
          "type": "string",
          "minLength": 1,
          "maxLength": 2048,
          "pattern": "^[^-\\u0000-\\u001f][^\\u0000-\\u001f]*$",
          "examples": [
            "https://example.org/models/my-finetune.git"
          ]
        },
        "revision": {
          "description": "Branch, tag or commit.",
          "type": "string",
          "pattern": "^[A-Za-z0-9][A-Za-z0-9._/+@-]{0,255}$",
          "default": "HEAD"
        },
        "include": {
          "description": "Globs of the files to take; all files that are not hidden when absent.",
          "$ref": "#/definitions/globs"
        },
        "exclude": {
          "description": "Globs of the files to leave out.",
          "$ref": "#/definitions/globs"
        },
        "member": {
          "description": "Take this one file out of the archive that `include` names.",
          "type": "string",
          "minLength": 1,
          "maxLength": 1024
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
          "pattern": "^https?://[^@/?#]+/.*[^/]$",
          "maxLength": 2048
        },
        "sha256": {
          "description": "Of the file at the address, so of the archive when `member` is given.",
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "member": {
          "description": "Take this one file out of the archive (zip, tar or tar.gz).",
          "type": "string",
          "minLength": 1,
          "maxLength": 1024
        }
      }
    }
  }
} as const;
