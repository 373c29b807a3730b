import { resolve } from 'node:path';
import { prettyJson, type Json } from '../../core/json/canonical-json.js';
import { GgufError } from '../../core/errors.js';
import type { InspectOptions } from '../../core/generated/executors/inspect.generated.js';
import { diffGguf, isSameGguf } from '../../gguf/diff.js';
import { readGgufHeader } from '../../gguf/header/header.js';
import { inspectGguf } from '../../gguf/inspect.js';
import { shardCounterparts } from '../../gguf/shards.js';
import { diffText, inspectionText } from '../../report/inspection.js';
import { withAnyGguf } from '../../upstream/selection/any-gguf.js';
import { rangedContext } from '../../recipe/variant/ranged-header.js';
import type { Execution } from '../../task/run-executor.js';
import type { TargetRef } from '../../core/target.js';

/** Shows what the GGUF of a target, or any other, holds; or how it differs from another. */
export async function runInspect({
  options,
  project,
  environment,
  results,
  print,
}: Execution<InspectOptions>): Promise<void> {
  const { workspace } = environment;
  const context = { ...rangedContext(results), workspaceRoot: workspace.root };
  const named = (name: string): string =>
    /^https?:\/\//i.test(name) || /^[0-9a-f]{6,64}$/.test(name) ? name : resolve(workspace.root, name);
  const ref: TargetRef =
    options.variant === undefined
      ? { project, kind: 'convert' }
      : { project, kind: 'quantize', variant: options.variant };
  const files =
    options.file === undefined
      ? await Promise.all((await results.upstream(ref)).files.map((file) => results.resolve(file)))
      : [named(options.file)];
  const json = (value: object): string => prettyJson(value as unknown as Json).trimEnd();
  const others = options.against === undefined ? [] : shardCounterparts(named(options.against), files.length);
  for (const [index, file] of files.entries()) {
    const other = others[index];
    if (other === undefined) {
      const inspection = await withAnyGguf(file, context, async (source) =>
        inspectGguf(await readGgufHeader(source)),
      );
      print(options.json === true ? json(inspection) : inspectionText(inspection));
      continue;
    }
    const diff = await withAnyGguf(file, context, (a) => withAnyGguf(other, context, (b) => diffGguf(a, b)));
    print(options.json === true ? json(diff) : diffText(diff));
    if (!isSameGguf(diff))
      throw new GgufError(
        'FILES_DIFFER',
        `${options.file ?? options.variant ?? 'the model'} differs from ${options.against ?? ''}`,
      );
  }
}
