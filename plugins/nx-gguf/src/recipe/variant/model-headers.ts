import { basename, dirname, join, resolve } from 'node:path';
import { GgufError, systemErrorCode } from '../../core/errors.js';
import { systemReason, unreadable } from '../../core/system-error.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import { readHeaderBytes, type HeaderBytes } from '../../gguf/header/header-bytes.js';
import { shardNames } from '../../gguf/shards.js';
import { withFileBytes } from '../../files/gguf-file.js';
import {
  ggufHeaderStep,
  modelHeaders,
  readHeadersStep,
  type ModelHeaders,
} from '../../steps/gguf/gguf-header.js';
import type { Step } from '../../steps/step.js';
import type { HelperSteps, Surroundings, TargetManifests } from '../ports.js';
import { pinnedHeaders } from './pinned-headers.js';
import { headerAt } from './ranged-header.js';
import { convertedModel } from '../upstream-files.js';
import type { PlanFrom, VariantRequest } from './variant-request.js';
import { projectDirectory } from '../../workspace/workspace.js';

/** Headers as far as they are known, and a way to have their bytes in the store. */
export interface ObtainedHeaders {
  headers: ModelHeaders;
  bring: () => Promise<unknown>;
}

/** The headers of the converted model's files, or of a GGUF elsewhere that stands for it. */
export async function modelHeadersOf(
  request: Pick<VariantRequest, 'ref' | 'toolchain' | 'from'>,
  ports: Surroundings & TargetManifests & HelperSteps,
): Promise<ObtainedHeaders> {
  const step = await headerStep(request, ports);
  return {
    headers: modelHeaders(await ports.perform(step, request.toolchain, { needFiles: false })),
    bring: () => ports.perform(step, request.toolchain),
  };
}

async function headerStep(
  { ref, from }: Pick<VariantRequest, 'ref' | 'from'>,
  ports: Surroundings & TargetManifests,
): Promise<Step> {
  if (from === undefined) return ggufHeaderStep(await convertedModel(ref, ports));
  if (isHub(from)) return pinnedHeaders(from, { project: ref.project, ports });
  return readHeadersStep(
    await readHeaders(
      typeof from === 'string' ? from : from.type === 'url' ? from.url : from.path,
      ref.project,
      ports,
    ),
  );
}

function isHub(from: PlanFrom): from is HuggingFaceSource {
  return typeof from === 'object' && from.type === 'huggingface';
}

/**
 * The headers of a GGUF and of all its shards, by a path relative to the project's directory, or by an
 * http(s) URL, of which only ranges are read.
 */
export async function readHeaders(
  from: string,
  project: string,
  ports: Surroundings,
): Promise<HeaderBytes[]> {
  const { workspace, env } = ports.environment;
  const headers: HeaderBytes[] = [];
  if (/^[a-z][a-z\d+.-]*:\/\//i.test(from)) {
    const { addressedFile } = await import('../../upstream/addressed-file.js');
    for (const url of shardUrls(from)) headers.push(await headerAt(await addressedFile(url, env), ports));
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
    if (systemErrorCode(cause) === null) throw cause;
    if (systemErrorCode(cause) === 'EISDIR')
      throw new GgufError('FILE_UNFIT', `${from}: ${systemReason(cause)}`, {
        cause,
        hint: 'Name the GGUF in it, of a split one its first file.',
      });
    throw unreadable(cause, {
      what: from,
      hint: 'A path is relative to the directory of the project; all files of a split GGUF must be there.',
    });
  };
}
