import { join } from 'node:path';
import { GgufError } from '../../core/errors.js';
import { checkpointShards } from './checkpoint-tensors.js';
import { readSafetensorsHeader } from './safetensors-header.js';
import { safetensorsProblems } from './safetensors-layout.js';

const mostShown = 10;

/**
 * Checks the headers of the safetensors files that the converter reads, before it maps them.
 * @throws GgufError `SAFETENSORS_INVALID`, which names each file and tensor
 */
export async function checkSafetensors(directory: string, files: readonly string[]): Promise<void> {
  const { indexed } = await checkpointShards(directory, files);
  const read = files.filter(
    (name) => /^(model|consolidated)[^/]*\.safetensors$/.test(name) && (indexed?.includes(name) ?? true),
  );
  const problems: string[] = [];
  for (const file of read) {
    const header = await readSafetensorsHeader(join(directory, file));
    const found = 'problem' in header ? [header.problem] : safetensorsProblems(header);
    problems.push(...found.map((problem) => `${file}: ${problem}`));
  }
  if (problems.length === 0) return;
  const rest = problems.length - mostShown;
  const shown = [...problems.slice(0, mostShown), ...(rest > 0 ? [`and ${rest} more`] : [])];
  throw new GgufError('SAFETENSORS_INVALID', shown.join('\n'), {
    hint: 'Fetch the checkpoint again, or ask its author: the safetensors library refuses such a file too.',
  });
}
