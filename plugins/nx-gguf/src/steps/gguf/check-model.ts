import { join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { modelOutline, partOfModel, type ModelOutline } from '../../gguf/model-outline.js';
import { readGgufFile } from '../../files/gguf-file.js';
import { isUnknownArgument, loadArgs, loadFailure } from '../../kld/tool/load-check.js';
import { loggingEnvironment } from '../../kld/tool/tool-flags.js';
import { lastLines, toolFailed, type ToolResult } from '../../toolchain/run-tool.js';
import type { Workbench } from '../step.js';
import { modelNotLoaded, type ModelOrigin } from './not-loaded.js';

/**
 * Has llama.cpp load a model, which decides whether it is one: what a model needs is known to no header. It
 * takes a second and the reading of the file. What somebody else made as a part of a model is not loaded.
 * @param files all files of the model, relative to the work directory; llama.cpp gets the first
 * @throws GgufError `MODEL_NOT_LOADED`
 */
export async function checkModel(
  files: readonly string[],
  origin: ModelOrigin,
  bench: Pick<Workbench, 'directory' | 'tools' | 'runTool' | 'report' | 'signal'>,
): Promise<void> {
  const [first] = files;
  if (first === undefined) throw new GgufError('MODEL_EMPTY', 'there is no GGUF to read');
  const outline = await readOutline(files, bench);
  if (origin === 'reference' && partOfModel(outline) !== null) return;
  const name = first.slice(first.lastIndexOf('/') + 1);
  bench.report({ type: 'step', message: `checking that llama.cpp loads ${name}` });
  const [args, plain] = loadArgs(first);
  let ended = await load(args, bench);
  if (isUnknownArgument(ended.output)) ended = await load(plain, bench);
  const failure = loadFailure(ended.output, ended.exitCode);
  if (failure === null) return;
  // Neither says anything of the model: it was killed, or compiled for another CPU.
  if (/SIGKILL|SIGILL|SIGTERM/.test(ended.ending)) throw toolFailed('llama-perplexity', ended);
  throw modelNotLoaded(name, { failure, outline, origin, tail: lastLines(ended.output) });
}

async function load(
  args: readonly string[],
  bench: Pick<Workbench, 'directory' | 'tools' | 'runTool' | 'signal'>,
): Promise<ToolResult> {
  return bench.runTool({
    command: await bench.tools.llama('llama-perplexity'),
    args,
    cwd: bench.directory,
    env: loggingEnvironment,
    mayFail: true,
    ...(bench.signal === undefined ? {} : { signal: bench.signal }),
  });
}

/** The outline of a model, from all its files in the work directory. */
export async function readOutline(
  files: readonly string[],
  { directory }: Pick<Workbench, 'directory'>,
): Promise<ModelOutline> {
  const headers = [];
  for (const file of files) headers.push(await readGgufFile(join(directory, file)));
  return modelOutline(headers);
}
