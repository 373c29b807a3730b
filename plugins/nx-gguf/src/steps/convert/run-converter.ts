import { join } from 'node:path';
import { checkpointLimits, readJson } from '../../core/json/json-reader.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import { readSmallFile } from '../../files/small-file.js';
import { toolFailed } from '../../toolchain/run-tool.js';
import type { Workbench } from '../step.js';
import { convertFailure } from './convert-failures.js';

/**
 * Runs convert_hf_to_gguf.py in the work directory, without network and without what the environment says.
 * @throws GgufError `CONVERT_FAILED`
 */
export async function runConverter(
  args: readonly string[],
  checkpoint: readonly ManifestFile[],
  bench: Workbench,
): Promise<void> {
  const script = join(await bench.tools.source(), 'convert_hf_to_gguf.py');
  const ended = await bench.runTool({
    command: await bench.tools.python(),
    args: [script, ...args],
    cwd: bench.directory,
    mayFail: true,
    kind: 'python',
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
  if (ended.exitCode !== 0)
    throw convertFailure({
      output: ended.output,
      files: checkpoint.map(({ name }) => name),
      invalidJson: await invalidJson(checkpoint, join(bench.directory, args[0] ?? '')),
      cause: toolFailed('convert_hf_to_gguf.py', ended),
    });
}

async function invalidJson(files: readonly ManifestFile[], directory: string): Promise<string[]> {
  const invalid: string[] = [];
  for (const { name } of files) {
    if (!name.endsWith('.json')) continue;
    const text = await readSmallFile(join(directory, name), checkpointLimits.length).catch(() => '');
    const read = readJson(text, checkpointLimits);
    if ('problem' in read) invalid.push(name);
  }
  return invalid;
}
