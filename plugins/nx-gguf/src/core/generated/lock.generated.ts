// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
/**
 * The source as it was declared when it was resolved. A lock of another declaration is refused.
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
 * What the sources of a model or of a corpus resolved to: commits, and the size and sha256 of every file. Written by the first fetch and by the update generator; commit it. Holds no time and no machine.
 */
export interface Lock {
  /**
   * Format version of this file.
   */
  format: 1;
  source?: LockedSource;
  imatrix?: LockedSource;
  planFrom?: LockedSource;
  /**
   * The sources of references, by name.
   */
  references?: {
    [k: string]: LockedSource;
  };
}
/**
 * One source, resolved.
 */
export interface LockedSource {
  declared: Source;
  commit: string;
  /**
   * @maxItems 10000
   */
  files: LockedFile[];
}
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
/**
 * A file of a resolved source: its path there, its size and its digest.
 */
export interface LockedFile {
  /**
   * Relative path with forward slashes.
   */
  path: string;
  sizeBytes: number;
  sha256: string;
  /**
   * Git's own digest, of files that are not in Git LFS.
   */
  gitOid?: string;
}

/** The schema itself. */
export const lockSchema = {
  "$schema": "http://json-schema.org/draft-07/schema#",
  "$id": "lock.schema.json",
  "title": "Lock",
  "description": "What the sources of a model or of a corpus resolved to: commits, and the size and sha256 of every file. Written by the first fetch and by the update generator; commit it. Holds no time and no machine.",
  "type": "object",
  "additionalProperties": false,
  "required": [
    "format"
  ],
  "properties": {
    "format": {
      "description": "Format version of this file.",
      "const": 1
    },
    "source": {
      "$ref": "#/definitions/lockedSource"
    },
    "imatrix": {
      "$ref": "#/definitions/lockedSource"
    },
    "planFrom": {
      "$ref": "#/definitions/lockedSource"
    },
    "references": {
      "description": "The sources of references, by name.",
      "type": "object",
      "propertyNames": {
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
      },
      "additionalProperties": {
        "$ref": "#/definitions/lockedSource"
      }
    }
  },
  "definitions": {
    "lockedSource": {
      "title": "LockedSource",
      "description": "One source, resolved.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "declared",
        "commit",
        "files"
      ],
      "properties": {
        "declared": {
          "description": "The source as it was declared when it was resolved. A lock of another declaration is refused.",
          "$ref": "source.schema.json"
        },
        "commit": {
          "type": "string",
          "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$"
        },
        "files": {
          "type": "array",
          "maxItems": 10000,
          "items": {
            "$ref": "#/definitions/lockedFile"
          }
        }
      }
    },
    "lockedFile": {
      "title": "LockedFile",
      "description": "A file of a resolved source: its path there, its size and its digest.",
      "type": "object",
      "additionalProperties": false,
      "required": [
        "path",
        "sizeBytes",
        "sha256"
      ],
      "properties": {
        "path": {
          "description": "Relative path with forward slashes.",
          "type": "string",
          "maxLength": 1024,
          "pattern": "^(?!\\.{1,2}(/|$))[^/\\\\:\\u0000-\\u001f]+(/(?!\\.{1,2}(/|$))[^/\\\\:\\u0000-\\u001f]+)*$"
        },
        "sizeBytes": {
          "type": "integer",
          "minimum": 0,
          "maximum": 9007199254740991
        },
        "sha256": {
          "type": "string",
          "pattern": "^[0-9a-f]{64}$"
        },
        "gitOid": {
          "description": "Git's own digest, of files that are not in Git LFS.",
          "type": "string",
          "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})$"
        }
      }
    }
  }
} as const;
