import { basename, dirname, join, resolve } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { Model } from '../core/generated/model.generated.js';
import type { HuggingFaceSource } from '../core/generated/source.generated.js';
import { readHeaderBytes, type HeaderBytes } from '../gguf/header-bytes.js';
import { shardNames } from '../gguf/shards.js';
import { withFileBytes } from '../steps/gguf-file.js';
import { ggufHeaderStep, modelHeaders, readHeadersStep, type ModelHeaders } from '../steps/gguf-header.js';
import type { Step } from '../steps/step.js';
import type { Pipeline } from './pipeline.js';
import { pinnedHeaders } from './pinned-headers.js';
import { headerAt } from './ranged-header.js';
import { convertedModel } from './upstream-files.js';
import type { VariantRequest } from './variant-plan.js';
import { projectDirectory } from './workspace.js';

/** A GGUF whose header stands for the converted model's in a plan: what an option names, by path or URL, or what model.json declares. */
export type PlanFrom = string | NonNullable<Model['planFrom']>;

/** Headers as far as they are known, and a way to have their bytes in the store. */
export interface ObtainedHeaders {
  headers: ModelHeaders;
  bring: () => Promise<unknown>;
}

/** The headers of the converted model's files, or of a GGUF elsewhere that stands for it. */
export async function modelHeadersOf(
  request: Pick<VariantRequest, 'ref' | 'toolchain' | 'from'>,
  pipeline: Pipeline,
): Promise<ObtainedHeaders> {
  const step = await headerStep(request, pipeline);
  return {
    headers: modelHeaders(await pipeline.perform(step, request.toolchain, { needFiles: false })),
    bring: () => pipeline.perform(step, request.toolchain),
  };
}

async function headerStep(
  { ref, from }: Pick<VariantRequest, 'ref' | 'from'>,
  pipeline: Pipeline,
): Promise<Step> {
  if (from === undefined) return ggufHeaderStep(await convertedModel(ref, pipeline));
  if (isHub(from)) return pinnedHeaders(from, { project: ref.project, pipeline });
  return readHeadersStep(
    await readHeaders(
      typeof from === 'string' ? from : from.type === 'url' ? from.url : from.path,
      ref.project,
      pipeline,
    ),
  );
}

function isHub(from: PlanFrom): from is HuggingFaceSource {
  return typeof from === 'object' && from.type === 'huggingface';
}

/**
 * The headers of a GGUF and of all its shards, by a path relative to the project's directory, or by an http(s) URL, of
 * which only ranges are read.
 */
export async function readHeaders(from: string, project: string, pipeline: Pipeline): Promise<HeaderBytes[]> {
  const { workspace, env } = pipeline.environment;
  const headers: HeaderBytes[] = [];
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(from)) {
    const { addressedFile } = await import('../upstream/addressed-file.js');
    for (const url of shardUrls(from)) headers.push(await headerAt(await addressedFile(url, env), pipeline));
    return headers;
  }
  const path = resolve(projectDirectory(workspace, project, '"from"'), from);
  for (const name of shardNames(basename(path)))
    headers.push(await withFileBytes(join(dirname(path), name), readHeaderBytes).catch(missing(from)));
  return headers;
}

function shardUrls(text: string): string[] {
  const [address = '', rest = ''] = /^([^?#]*)(.*)$/s.exec(text)?.slice(1) ?? [];
  return shardNames(address).map((name) => name + rest);
}

function missing(from: string): (cause: unknown) => never {
  return (cause) => {
    if ((cause as { code?: unknown }).code !== 'ENOENT') throw cause;
    throw new GgufError('FILE_MISSING', `${from}: ${(cause as Error).message}`, {
      cause,
      hint: 'A path is relative to the directory of the project; all files of a split GGUF must be there.',
    });
  };
}
