import { dirname, join } from 'node:path';
import type { BenchOptions } from '../../core/generated/executors/bench.generated.js';
import { parseAs } from '../../core/validate.js';
import { speedTables } from '../../report/speed-table.js';
import { benchFile } from '../../steps/bench/bench.js';
import { writeDurably } from '../../files/durable.js';
import { readSmallText } from '../../files/small-file.js';
import type { Execution } from '../../task/run-executor.js';
import { manifestPath, targetName } from '../../core/target.js';
import { oneFile } from '../../recipe/upstream-files.js';

/** Measures the speed of a variant or a reference, leaves the result beside its manifest, and prints it. */
export async function runBench({
  ref: refOf,
  options,
  results,
  environment,
  print,
}: Execution<BenchOptions>): Promise<void> {
  const ref = refOf('bench');
  const { manifest, origin } = await results.obtain(ref, { needFiles: true, again: options.again === true });
  const text = await readSmallText(await results.resolve(oneFile(manifest, benchFile, 'bench')));
  const place = join(dirname(manifestPath(ref)), benchFile);
  await writeDurably(join(environment.workspace.root, place), text);
  print(
    `${targetName(ref)}${origin === 'store' ? ', measured before on this machine (--again measures anew)' : ''}\n${speedTables([parseAs('bench', text, place)])}\n${place}`,
  );
}
