import { dirname, join } from 'node:path';
import { GgufError, systemErrorCode } from '../../core/errors.js';
import type { BenchResult } from '../../core/generated/bench.generated.js';
import type { BenchTableOptions } from '../../core/generated/executors/bench-table.generated.js';
import { parseAs } from '../../core/validate.js';
import { speedTables } from '../../report/speed-table.js';
import { benchFile } from '../../steps/bench/bench.js';
import type { Execution } from '../../task/run-executor.js';
import { manifestPath } from '../../core/target.js';
import { readSmallText } from '../../files/small-file.js';
import { readConfig, taskName } from '../../workspace/workspace.js';

/**
 * Prints the results that the `bench` targets of a model left, and others that are named, in a table for each
 * machine.
 */
export async function runBenchTable({
  options,
  project,
  environment,
  print,
}: Execution<BenchTableOptions>): Promise<void> {
  const { workspace } = environment;
  const model = await readConfig(workspace, 'model', project);
  const names = [...Object.keys(model.quantize ?? {}), ...Object.keys(model.references ?? {})];
  const own = await Promise.all(
    names.map((variant) =>
      readResult(workspace.root, join(dirname(manifestPath({ project, kind: 'bench', variant })), benchFile)),
    ),
  );
  const others = await Promise.all(
    (options.with ?? []).map(async (path) => {
      const result = await readResult(workspace.root, path);
      if (result === null)
        throw new GgufError('FILE_MISSING', `cannot read ${path}, named by --with: there is no such file`, {
          hint: 'Paths are relative to the root of the workspace.',
        });
      return result;
    }),
  );
  const results = [...own.filter((result) => result !== null), ...others];
  if (results.length === 0)
    throw new GgufError('NOTHING_MEASURED', `${project}: no speed was measured yet`, {
      hint: `Run \`nx run ${taskName({ project, kind: 'bench', variant: '<variant>' }, workspace)}\`.`,
    });
  print(speedTables(results));
}

async function readResult(root: string, path: string): Promise<BenchResult | null> {
  try {
    return parseAs('bench', await readSmallText(join(root, path)), path);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
