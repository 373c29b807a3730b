import { basename, join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { stepRegistry } from '../../core/step-registry.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { oneGguf, oneGgufProblem } from '../../gguf/shards.js';
import { checkModel } from '../gguf/check-model.js';
import { ggufFacts } from '../gguf/gguf-facts.js';
import { inputsOf, type Step } from '../step.js';

/**
 * Takes the GGUF that somebody else made, or the shards of it, out of the files of a source, sees that
 * llama.cpp loads it, and reads what is in it.
 * @throws GgufError `REFERENCE_AMBIGUOUS` when the source has no GGUF or several, `REFERENCE_INCOMPLETE` when
 *   it lacks a shard
 */
export function referenceStep(name: string, fetched: readonly ManifestFile[]): Step {
  const found = oneGguf(fetched);
  if ('problem' in found) {
    throw new GgufError(
      found.problem === 'incomplete' ? 'REFERENCE_INCOMPLETE' : 'REFERENCE_AMBIGUOUS',
      `the source of the reference ${name} ${oneGgufProblem(found)}`,
      {
        hint: `Name one GGUF, or all files of a split one, in "include" of references.${name}.source in model.json.`,
      },
    );
  }
  const files = found.files.map((file) => ({ ...file, name: basename(file.name) }));
  return {
    action: {
      step: 'reference',
      version: stepRegistry.reference.logicVersion,
      parameters: {},
      inputs: inputsOf('reference', files),
      toolchain: null,
    },
    run: async (bench) => {
      for (const file of files) await bench.input(file, file.name);
      await checkModel(
        files.map((file) => file.name),
        'reference',
        bench,
      );
      return {
        files: [],
        referred: files,
        facts: await ggufFacts(files.map((file) => join(bench.directory, file.name))),
        commands: [],
      };
    },
  };
}
