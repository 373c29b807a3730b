import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { headerOnlyGguf, type TinyGguf } from '../../src/gguf/testing/tiny-gguf.js';
import { readDryRun, type DryRun } from '../../src/quant/tool/dry-run.js';
import { realTools } from './real-tools.js';

/** Asks the real llama-quantize what it would make of a model, of which the header is enough. */
export async function realDryRun(
  model: TinyGguf,
  options: { directory: string; ftype: string; rules?: string; args?: readonly string[] },
): Promise<{ dryRun: DryRun; log: string }> {
  const directory = mkdtempSync(join(options.directory, 'dry-'));
  const { header, sizeBytes } = headerOnlyGguf(model);
  writeFileSync(join(directory, 'model.gguf'), header);
  truncateSync(join(directory, 'model.gguf'), sizeBytes);
  writeFileSync(join(directory, 'rules.txt'), options.rules ?? '');
  const rules = options.rules === undefined ? [] : ['--tensor-type-file', 'rules.txt'];
  const { stderr } = await execa(
    join(realTools().bin, 'llama-quantize'),
    ['--dry-run', ...(options.args ?? []), ...rules, 'model.gguf', 'out.gguf', options.ftype],
    { cwd: directory },
  );
  return { dryRun: readDryRun(stderr.split('\n')), log: stderr };
}
