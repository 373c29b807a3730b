import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { Json } from '../../core/json/canonical-json.js';
import type { ImatrixMake } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { imatrixArgs } from '../../kld/tool/imatrix-args.js';
import { progressReader, progressText, type BaseProgress } from '../../kld/tool/perplexity-log.js';
import { numberFlag } from '../../kld/tool/tool-flags.js';
import { imatrixWarning, levelFlag, mayWarn, withoutLevel } from '../../kld/tool/imatrix-warnings.js';
import { failureIn, toolLines } from '../../kld/tool/perplexity-failures.js';
import { lineReader } from '../../toolchain/line-reader.js';
import { toolFailed } from '../../toolchain/run-tool.js';
import { foreignText, foreignTextWords } from '../measure/foreign-text.js';
import { shortTextWords } from '../measure/short-text.js';
import { linkModel } from '../gguf/link-model.js';
import { writeWithoutPaths } from './dataset-names.js';
import { readImatrixFile } from './imatrix-file.js';
import { inputsOf, toolThreads, type Step, type Workbench } from '../step.js';

/** What an importance matrix is decided by. */
export interface ImatrixMakeInputs {
  settings: ImatrixMake;
  model: readonly ManifestFile[];
  corpus: ManifestFile;
  toolchain: Readonly<Record<string, Json>>;
}

const output = 'imatrix.gguf';

/** Makes an importance matrix with llama-imatrix (GGUF format). */
export function imatrixMakeStep(inputs: ImatrixMakeInputs): Step {
  const {
    ctx = 512,
    chunks = -1,
    batch = 2048,
    processOutput = false,
    parseSpecial = false,
  } = inputs.settings;
  const args = imatrixArgs({
    model: inputs.model[0]?.name ?? '',
    text: inputs.corpus.name,
    output,
    contextTokens: ctx,
    batchTokens: batch,
    processOutput,
    parseSpecial,
    ...(chunks < 0 ? {} : { chunks }),
  });
  return {
    action: {
      step: 'imatrix',
      version: stepRegistry.imatrix.logicVersion,
      parameters: { arguments: args },
      inputs: [...inputsOf('model', inputs.model), ...inputsOf('corpus', [inputs.corpus])],
      toolchain: inputs.toolchain,
    },
    run: async (bench) => {
      await linkModel(inputs.model, bench);
      await bench.input(inputs.corpus, inputs.corpus.name);
      const sign = await foreignText(inputs.corpus.name, bench);
      if (sign !== null)
        bench.report({ type: 'warning', message: foreignTextWords(inputs.corpus.name, sign) });
      await runImatrix(args, bench);
      return {
        files: [{ name: output, path: join(bench.directory, output) }],
        facts: {
          ...(await imatrixFacts(join(bench.directory, output), inputs.corpus.name)),
          // Other texts have the facts that they always had: no matrix is computed anew for it.
          ...(sign === null ? {} : { foreignText: sign }),
        },
        commands: [['llama-imatrix', ...args]],
      };
    },
    findings: ({ chunks: found, tensors, foreignText: sign }) => [
      ...(typeof sign === 'string' ? [foreignTextWords(inputs.corpus.name, sign)] : []),
      ...(typeof found === 'number' && chunks > found
        ? [shortTextWords('imatrix', { chunks, ctx, text: inputs.corpus.name, found })]
        : []),
      ...(processOutput && Array.isArray(tensors) && !tensors.includes('output.weight')
        ? [
            'imatrix.processOutput changes nothing: the model has no output.weight, its output matrix is token_embd.weight, of which llama-imatrix collects nothing',
          ]
        : []),
    ],
  };
}

/**
 * Takes a ready importance matrix, in GGUF or in the legacy format, out of the files of a source. One that
 * names its texts by their paths is copied with their names alone.
 */
export function imatrixFileStep(source: ManifestFile): Step {
  // llama-quantize writes the name into the GGUF, so the file keeps its base name wherever it was in its
  // source.
  const file = { ...source, name: basename(source.name) };
  return {
    action: {
      step: 'imatrix',
      version: stepRegistry.imatrix.logicVersion,
      // Not by the version of the step, which would have every other matrix computed anew.
      parameters: { type: 'file', datasets: 'names' },
      inputs: inputsOf('imatrix', [file]),
      toolchain: null,
    },
    run: async (bench) => {
      await bench.input(file, 'imatrix');
      const [taken, copy] = [join(bench.directory, 'imatrix'), join(bench.directory, 'without-paths')];
      const facts = await imatrixFacts(taken, file.name);
      const names = await writeWithoutPaths(taken, copy, bench.signal);
      return names === null
        ? { files: [], referred: [file], facts, commands: [] }
        : { files: [{ name: file.name, path: copy }], facts, commands: [] };
    },
  };
}

/**
 * Runs llama-imatrix; it is ended at the first perplexity that is no finite number, for all after it are none
 * either.
 */
async function runImatrix(args: readonly string[], bench: Workbench): Promise<void> {
  const read = progressReader();
  const tell = progressOfChunks(bench);
  const lines: string[] = [];
  // The tool speaks on both streams: joined, a line of one can break one of the other.
  const take = (line: string): unknown => mayWarn(line) && lines.push(line);
  const readers = { stdout: lineReader(take), stderr: lineReader(take) };
  const hopeless = new AbortController();
  const state: { broken: BaseProgress | null } = { broken: null };
  const [ending] = await Promise.allSettled([
    bench.runTool({
      command: await bench.tools.llama('llama-imatrix'),
      args: [...args, ...numberFlag('-t', toolThreads(bench)), levelFlag],
      cwd: bench.directory,
      onOutput: (text, stream) => {
        readers[stream](text);
        tell(text);
        if (stream !== 'stdout') return;
        state.broken ??= read(text).find(({ perplexity }) => !Number.isFinite(perplexity)) ?? null;
        if (state.broken !== null) hopeless.abort();
      },
      mayFail: true,
      signal: AbortSignal.any([hopeless.signal, ...(bench.signal === undefined ? [] : [bench.signal])]),
    }),
  ]);
  if (state.broken !== null)
    throw new GgufError(
      'IMATRIX_NOT_FINITE',
      `llama-imatrix printed ${progressText(state.broken)}: the unquantized model gives no finite number, and the rest was not computed`,
      {
        hint: 'The model computes NaN or infinity: check its weights, its conversion, and the precision it is computed in.',
      },
    );
  if (ending.status === 'rejected') throw ending.reason as Error;
  const failure = failureIn(toolLines(ending.value.output).map(withoutLevel));
  if (failure !== null) throw failure;
  if (ending.value.exitCode !== 0) throw toolFailed('llama-imatrix', ending.value);
  for (const reader of Object.values(readers)) reader('\n');
  const warning = imatrixWarning(lines);
  if (warning !== null) bench.report({ type: 'warning', message: warning });
}

function progressOfChunks(bench: Workbench): (text: string) => void {
  let total: number | null = null;
  return (text) => {
    total = Number(/computing over (\d+) chunks/.exec(text)?.[1] ?? total ?? Number.NaN) || null;
    const done = [...text.matchAll(/\[(\d+)\]\d/g)].at(-1)?.[1];
    if (done !== undefined)
      bench.report({ type: 'progress', label: 'imatrix', done: Number(done), total, unit: 'chunks' });
  };
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function imatrixFacts(path: string, name: string): Promise<Record<string, Json>> {
  if (!(await isThere(path)))
    throw new GgufError('IMATRIX_NO_OUTPUT', 'llama-imatrix ended without writing a matrix', {
      hint: 'Is the corpus long enough for one chunk?',
    });
  const contents = await readImatrixFile(path, name);
  return { ...contents, entries: contents.tensors.length, tensors: [...contents.tensors] };
}
