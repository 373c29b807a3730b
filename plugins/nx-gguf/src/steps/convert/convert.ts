import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/canonical-json.js';
import { sha256 } from '../../core/digest.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { ConvertSettings } from '../../core/generated/model.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { adoptGguf } from '../gguf/adopt-gguf.js';
import { ggufFacts } from '../gguf/gguf-facts.js';
import { inputsOf, type Step, type Workbench } from '../step.js';

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
  checkArguments(inputs.settings.extraArgs ?? []);
  const { outtype = 'auto', modelName = null, extraArgs = [] } = inputs.settings;
  const checkpoint = inputs.checkpoint.filter(({ name }) => !/\.pyc?$/.test(name));
  return {
    action: {
      step: 'convert',
      version: stepRegistry.convert.logicVersion,
      parameters: { name: inputs.name, outtype, modelName, extraArgs },
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
  if (inputs.metadata !== null) await writeFile(join(bench.directory, metadataFile), inputs.metadata);
  const out = join(bench.directory, outDirectory(inputs.name));
  await mkdir(out);
  const args = convertArguments(inputs);
  await runConverter(args, bench);
  const names = (await readdir(out)).filter((name) => name.endsWith('.gguf')).sort();
  if (names.length === 0)
    throw new GgufError('CONVERT_NO_OUTPUT', 'convert_hf_to_gguf.py ended without writing a GGUF');
  const facts = await ggufFacts(names.map((name) => join(out, name)));
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
    ...(settings.extraArgs ?? []),
  ];
}

async function runConverter(args: readonly string[], bench: Workbench): Promise<void> {
  const script = join(await bench.tools.source(), 'convert_hf_to_gguf.py');
  try {
    await bench.runTool({
      command: await bench.tools.python(),
      args: [script, ...args],
      cwd: bench.directory,
      env: {
        // PyTorch and transformers have 2,000 modules, which take 4 s to compile: they are kept compiled.
        PYTHONDONTWRITEBYTECODE: undefined,
        HF_HUB_OFFLINE: '1',
        TRANSFORMERS_OFFLINE: '1',
        HF_HUB_DISABLE_TELEMETRY: '1',
        PYTHONPATH: undefined,
        PYTHONSAFEPATH: undefined,
      },
      onOutput: (text) => {
        const percent = [...text.matchAll(/Writing:\s+(\d+)%\|/g)].at(-1)?.[1];
        if (percent !== undefined)
          bench.report({
            type: 'progress',
            label: 'converting',
            done: Number(percent),
            total: 100,
            unit: 'steps',
          });
      },
      ...(bench.signal === undefined ? {} : { signal: bench.signal }),
    });
  } catch (error) {
    if (!isGgufError(error) || error.code !== 'TOOL_FAILED') throw error;
    throw new GgufError(
      'CONVERT_FAILED',
      `convert_hf_to_gguf.py failed: ${error.tail.at(-1) ?? error.message}`,
      {
        cause: error,
        tail: error.tail,
        hint: 'Does this version of llama.cpp support the architecture in config.json, and is the checkpoint complete?',
      },
    );
  }
}

function checkArguments(extra: readonly string[]): void {
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
