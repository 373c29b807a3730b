import { basename, join } from 'node:path';
import { GgufError } from '../core/errors.js';
import { logicVersions } from '../core/logic-versions.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import { ggufFacts } from './gguf-facts.js';
import { inputsOf, type Step } from './step.js';

/**
 * Takes the GGUF that somebody else made, or the shards of it, out of the files of a source, and reads what is in it.
 * @throws GgufError `REFERENCE_AMBIGUOUS` when the source has no GGUF, or several
 */
export function referenceStep(name: string, fetched: readonly ManifestFile[]): Step {
  const files = fetched.filter((file) => file.name.endsWith('.gguf')).map((file) => ({ ...file, name: basename(file.name) }));
  const stems = new Set(files.map((file) => file.name.replace(/-\d{5}-of-\d{5}\.gguf$/, '.gguf')));
  if (stems.size !== 1) {
    throw new GgufError('REFERENCE_AMBIGUOUS', `the source of the reference ${name} has ${stems.size === 0 ? 'no GGUF' : `${stems.size} models: ${[...stems].join(', ')}`}`, { hint: `Name one GGUF in "include" of references.${name}.source in model.json.` });
  }
  return {
    plan: { step: 'reference', version: logicVersions.reference, parameters: {}, inputs: inputsOf('reference', files), toolchain: null },
    run: async (bench) => {
      for (const file of files) await bench.input(file, file.name);
      return { files: [], referred: files, facts: await ggufFacts(files.map((file) => join(bench.directory, file.name))), commands: [] };
    },
  };
}
