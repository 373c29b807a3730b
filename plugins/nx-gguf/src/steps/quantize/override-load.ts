import type { Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { isUnknownArgument, loadArgs, loadFailure } from '../../kld/tool/load-check.js';
import { loggingEnvironment } from '../../kld/tool/tool-flags.js';
import { writeSparseModel, type ModelHeaders } from '../gguf/gguf-header.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

/** What decides whether a model with other metadata is one: of the model the header alone. */
export interface OverrideLoadInputs {
  headers: Pick<ModelHeaders, 'files' | 'sizesBytes'>;
  /** Makes the bytes of the headers readable. */
  bring: () => Promise<unknown>;
  overrides: readonly string[];
  toolchain: Readonly<Record<string, Json>>;
}

/**
 * Has llama.cpp load a model with metadata overridden, without any weight: a sparse file with the real header is
 * enough. Which keys a model needs, and what shapes follow from them, is known to llama.cpp alone. That it loads is
 * the result; that it does not, an error whose message is the reason alone, which is not kept: a busy machine can lose
 * the tool's last words, and a result must have the same bytes everywhere.
 */
export function overrideLoadStep({ headers, bring, overrides, toolchain }: OverrideLoadInputs): Step {
  const files: readonly ManifestFile[] = headers.files;
  return {
    action: {
      step: 'override-load',
      version: stepRegistry['override-load'].logicVersion,
      parameters: { overrides, sizesBytes: headers.sizesBytes },
      inputs: inputsOf('header', files),
      toolchain,
    },
    run: async (bench) => {
      await bring();
      const first = await writeSparseModel(headers, bench);
      const reason = await failure(first, overrideArgs(overrides), bench);
      // What is no model by itself says nothing about the overrides.
      if (reason !== null && (await failure(first, [], bench)) === null)
        throw new GgufError('MODEL_NOT_LOADED', reason);
      return { files: [], facts: {}, commands: [] };
    },
  };
}

/** llama-perplexity takes the last argument of that name alone, as a row of CSV. */
function overrideArgs(overrides: readonly string[]): string[] {
  const fields = overrides.map((override) =>
    /[,"]/.test(override) ? `"${override.replaceAll('"', '""')}"` : override,
  );
  return ['--override-kv', fields.join(',')];
}

async function failure(model: string, more: readonly string[], bench: Workbench): Promise<string | null> {
  // All data is zero here, and reading it would take as long as reading the model.
  const lists = loadArgs(model).map((args) => args.filter((argument) => argument !== '--check-tensors'));
  for (const args of lists) {
    const { output, exitCode } = await bench.runTool({
      command: await bench.tools.llama('llama-perplexity'),
      args: [...args, ...more],
      cwd: bench.directory,
      env: loggingEnvironment,
      mayFail: true,
      ...(bench.signal === undefined ? {} : { signal: bench.signal }),
    });
    if (!isUnknownArgument(output)) return loadFailure(output, exitCode)?.reason ?? null;
  }
  return null;
}
