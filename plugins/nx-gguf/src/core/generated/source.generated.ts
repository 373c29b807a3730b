// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Sha256 } from './common.generated.js';

/**
 * Where files come from.
 */
export type Source = PathSource | CommandSource | HuggingFaceSource | GitSource | UrlSource;

/**
 * Globs of file paths: `*` stays in one directory, `**` goes deeper.
 */
export type Globs = string[];

/**
 * A file or directory on this machine. Its bytes are referred to where they are, not copied, unless the file system can share them.
 */
export interface PathSource {
  type: 'path';
  /**
   * Relative to the project's directory, or absolute.
   */
  path: string;
  /**
   * Globs of the files to take from a directory; when absent what the source is for, of a model one set of weights.
   */
  include?: Globs;
  /**
   * Globs of the files to leave out.
   */
  exclude?: Globs;
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
  /**
   * Globs of the files the program reads, relative to the project's directory. Their bytes are part of the action key, and Nx hashes them, also those that git ignores.
   */
  inputs?: Globs;
  /**
   * Names of environment variables that the program gets beside those that any program needs: a program gets no others, so that no token reaches one that does not ask for it. The names are part of the action key, the values are not.
   *
   * @maxItems 100
   */
  env?: string[];
}

/**
 * Files of a repository on a Hugging Face hub.
 */
export interface HuggingFaceSource {
  type: 'huggingface';
  /**
   * Owner and name, `owner/name@revision`, or the address of its page, of a revision, directory or file of it on the public hub or on the one that HF_ENDPOINT names: what it says is taken for `kind`, `revision` and `include`.
   */
  repository: string;
  kind?: 'model' | 'dataset';
  /**
   * Branch, tag or commit.
   */
  revision?: string;
  /**
   * Globs of the files to take, `**` for any depth; when absent what the source is for, of a model one set of weights. Only what is taken is fetched.
   */
  include?: Globs;
  /**
   * Globs of the files to leave out.
   */
  exclude?: Globs;
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
  /**
   * Globs of the files to take; when absent what the source is for, of a model one set of weights.
   */
  include?: Globs;
  /**
   * Globs of the files to leave out.
   */
  exclude?: Globs;
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
  sha256: Sha256;
  /**
   * Take this one file out of the archive (zip, tar or tar.gz).
   */
  member?: string;
}
