import { basename, dirname, join, resolve } from 'node:path';
import { GgufError } from '../core/errors.js';
import { readHeaderBytes, type HeaderBytes } from '../gguf/header-bytes.js';
import { shardNames } from '../gguf/shards.js';
import { withFileSource } from '../steps/gguf-file.js';
import { ggufHeaderStep, modelHeaders, readHeadersStep, type ModelHeaders } from '../steps/gguf-header.js';
import { openHttpSource } from '../upstream/http-source.js';
import type { Pipeline } from './pipeline.js';
import { projectDirectory } from './workspace.js';
import { convertedModel } from './upstream-files.js';
import type { VariantRequest } from './variant-plan.js';

/** Headers as far as they are known, and a way to have their bytes in the store. */
export interface ObtainedHeaders {
  headers: ModelHeaders;
  bring: () => Promise<unknown>;
}

/** The headers of the converted model's files, or of a GGUF elsewhere that stands for it. */
export async function modelHeadersOf({ ref, toolchain, from }: Pick<VariantRequest, 'ref' | 'toolchain' | 'from'>, pipeline: Pipeline): Promise<ObtainedHeaders> {
  const step = from === undefined ? ggufHeaderStep(await convertedModel(ref, pipeline)) : readHeadersStep(await readHeaders(from, ref.project, pipeline));
  return {
    headers: modelHeaders(await pipeline.perform(step, toolchain, { needFiles: false })),
    bring: () => pipeline.perform(step, toolchain),
  };
}

/**
 * The headers of a GGUF and of all its shards, by a path relative to the project's directory, or by an http(s) URL, of
 * which only ranges are read.
 */
export async function readHeaders(from: string, project: string, pipeline: Pipeline): Promise<HeaderBytes[]> {
  const { workspace, env, signal, report } = pipeline.environment;
  const headers: HeaderBytes[] = [];
  report({ type: 'step', message: `reading the header of ${from}` });
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(from)) {
    const authorization = hubAuthorization(env['HF_TOKEN']);
    for (const url of shardUrls(from)) headers.push(await readHeaderBytes(await openHttpSource(url, { authorization, signal })));
    return headers;
  }
  const path = resolve(projectDirectory(workspace, project, '"from"'), from);
  for (const name of shardNames(basename(path))) headers.push(await withFileSource(join(dirname(path), name), readHeaderBytes).catch(missing(from)));
  return headers;
}

function shardUrls(text: string): string[] {
  const [address = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(text)?.slice(1) ?? [];
  return shardNames(address).map((name) => name + rest);
}

// The token is for the hub alone, and goes over an encrypted connection only.
function hubAuthorization(token: string | undefined): (url: URL) => string | null {
  return (url) => (token !== undefined && token !== '' && url.origin === 'https://huggingface.co' ? `Bearer ${token}` : null);
}

function missing(from: string): (cause: unknown) => never {
  return (cause) => {
    if ((cause as { code?: unknown }).code !== 'ENOENT') throw cause;
    throw new GgufError('FILE_MISSING', `${from}: ${(cause as Error).message}`, { cause, hint: 'A path is relative to the directory of the project; all files of a split GGUF must be there.' });
  };
}
