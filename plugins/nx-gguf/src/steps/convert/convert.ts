import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { GgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { readGgufFile, withFileBytes } from '../../files/gguf-file.js';
import { tokenTexts } from '../../gguf/token-texts.js';
import { adoptGguf } from '../gguf/adopt-gguf.js';
import { ggufFacts } from '../gguf/gguf-facts.js';
import { inputsOf, type Step, type Workbench } from '../step.js';
import { checkConverted } from './check-converted.js';
import { checkSafetensors } from './check-safetensors.js';
import { conversionFindings } from './conversion-findings.js';
import { declaredMetadata } from './declared-metadata.js';
import { runConverter } from './run-converter.js';

/** What a conversion is decided by. */
export interface ConvertInputs {
  /** Name of the model, also the name of the directory that the converter sees. */
  name: string;
  settings: ConvertSettings;
  /** Text of the metadata override file, if any. */
  metadata: string | null;
  checkpoint: readonly ManifestFile[];
  /** Identity of llama.cpp's source and of the Python environment. */
  toolchain: { source: Json; python: Json };
}

const metadataFile = 'metadata.json';
/** Arguments that this step sets itself, that would read other files or the network, or that make no GGUF. */
const reservedArguments = [
  '--outfile',
  '--outtype',
  '--model-name',
  '--metadata',
  '--remote',
  '--print-supported-models',
  '--dry-run',
  '--help',
  '-h',
  '--target-model-dir',
  '--bigendian',
];

/**
 * Converts a Hugging Face directory with convert_hf_to_gguf.py. Python files of the checkpoint are withheld
 * from it, so no code that came with a model is ever run.
 */
export function convertStep(inputs: ConvertInputs): Step {
  checkArguments(inputs.settings);
  if (inputs.metadata !== null) declaredMetadata(inputs.metadata, inputs.settings.metadata ?? metadataFile);
  const { outtype = 'auto', modelName = null, mtp = true, extraArgs = [] } = inputs.settings;
  const checkpoint = inputs.checkpoint.filter(({ name }) => !/\.pyc?$/.test(name));
  return {
    action: {
      step: 'convert',
      version: stepRegistry.convert.logicVersion,
      parameters: { name: inputs.name, outtype, modelName, mtp, extraArgs },
      inputs: [
        ...inputsOf('checkpoint', checkpoint),
        ...(inputs.metadata === null
          ? []
          : [{ role: 'metadata', name: metadataFile, sha256: sha256(inputs.metadata) }]),
      ],
      toolchain: inputs.toolchain,
    },
    run: (bench) => convert(inputs, checkpoint, bench),
  };
}

async function convert(inputs: ConvertInputs, checkpoint: readonly ManifestFile[], bench: Workbench) {
  for (const file of checkpoint) await bench.input(file, join(inputs.name, file.name));
  if (inputs.metadata !== null) {
    // Without comments, and with 40 for 40.0: Python's reader is stricter than people.
    const declared = declaredMetadata(inputs.metadata, inputs.settings.metadata ?? metadataFile);
    await writeFile(join(bench.directory, metadataFile), JSON.stringify(declared));
  }
  const out = join(bench.directory, outDirectory(inputs.name));
  await mkdir(out);
  const args = convertArguments(inputs);
  // Whether there are tools to check the result with is known before the work.
  await bench.tools.llama('llama-perplexity');
  await checkSafetensors(
    join(bench.directory, inputs.name),
    checkpoint.map(({ name }) => name),
  );
  await runConverter(args, checkpoint, bench);
  const names = (await readdir(out)).filter((name) => name.endsWith('.gguf')).sort();
  if (names.length === 0)
    throw new GgufError('CONVERT_NO_OUTPUT', 'convert_hf_to_gguf.py ended without writing a GGUF');
  await checkConverted(
    names.map((name) => `${outDirectory(inputs.name)}/${name}`),
    inputs.settings,
    bench,
  );
  const first = join(out, names[0] ?? '');
  const header = await readGgufFile(first);
  const facts = {
    ...(await ggufFacts(names.map((name) => join(out, name)))),
    warnings: await conversionFindings({
      directory: join(bench.directory, inputs.name),
      files: checkpoint.map(({ name }) => name),
      settings: inputs.settings,
      metadata: inputs.metadata,
      header,
      tokens: await withFileBytes(first, (source) => tokenTexts(source, header)),
    }),
  };
  const referred: ManifestFile[] = [];
  // The digest of each tensor decides later what a variant can share with others.
  for (const name of names) referred.push(await adoptGguf({ name, path: join(out, name) }, bench));
  return { files: [], referred, facts, commands: [['python', 'convert_hf_to_gguf.py', ...args]] };
}

/** Where the converter writes; the checkpoint lies beside it, in a directory of the model's name. */
function outDirectory(name: string): string {
  return name.toLowerCase() === 'out' ? 'converted' : 'out';
}

/** Arguments of convert_hf_to_gguf.py, relative to the work directory. */
export function convertArguments({
  name,
  settings,
  metadata,
}: Pick<ConvertInputs, 'name' | 'settings' | 'metadata'>): string[] {
  return [
    name,
    '--outfile',
    `${outDirectory(name)}/${name}-{FTYPE}.gguf`,
    '--outtype',
    settings.outtype ?? 'auto',
    ...(settings.modelName === undefined ? [] : ['--model-name', settings.modelName]),
    ...(metadata === null ? [] : ['--metadata', metadataFile]),
    ...(settings.mtp === false ? ['--no-mtp'] : []),
    ...(settings.extraArgs ?? []),
  ];
}

function checkArguments({ extraArgs: extra = [], mtp }: ConvertSettings): void {
  const again = extra.filter((argument) => ['--mtp', '--no-mtp', '--no-nextn'].includes(argument));
  if (mtp !== undefined && again.length > 0)
    throw new GgufError('BAD_MODEL', `convert.extraArgs: ${again.join(', ')} is given beside convert.mtp`, {
      hint: 'Remove one of them.',
    });
  const reserved = extra.filter(
    (argument) =>
      reservedArguments.includes(argument.split('=')[0] ?? '') ||
      (!argument.startsWith('-') && argument.includes('{')),
  );
  if (reserved.length > 0) {
    throw new GgufError('BAD_MODEL', `convert.extraArgs: ${reserved.join(', ')} cannot be given here`, {
      hint: 'outtype, modelName and metadata have fields of their own; the output, and where input comes from, is decided by the step.',
    });
  }
}
