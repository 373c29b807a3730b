import { join } from 'node:path';
import prettyBytes from 'pretty-bytes';
import { textTable } from '../../report/text-table.js';
import { placeBlob } from '../../store/place-blob.js';
import { isDamage } from '../../store/quarantine.js';
import type { CommonOptions, Execution } from '../../task/run-executor.js';
import { filesDirectory, type TargetRef } from '../../core/target.js';
import { readConfig } from '../../workspace/workspace.js';

/** Puts the GGUFs of all variants under `dist/<project>/` and prints what is there. */
export async function runMaterialize({
  project,
  environment,
  results,
  print,
}: Execution<CommonOptions>): Promise<void> {
  const { workspace } = environment;
  const model = await readConfig(workspace, 'model', project);
  const rows: string[][] = [['file', 'size', 'bits per weight', 'sha256']];
  const refs: TargetRef[] = [
    { project, kind: 'convert' },
    ...Object.keys(model.quantize ?? {}).map((variant): TargetRef => ({
      project,
      kind: 'quantize',
      variant,
    })),
  ];
  for (const ref of refs) {
    const manifest = await results.upstream(ref);
    const { bitsPerWeight } = manifest.facts as { bitsPerWeight?: number };
    for (const part of manifest.files) {
      const place = join(filesDirectory(project), part.name);
      const placeIt = async (): Promise<unknown> =>
        placeBlob(
          environment.store,
          { ...part, path: await results.resolve(part) },
          join(workspace.root, place),
        );
      await placeIt().catch((error: unknown) => {
        if (!isDamage(error)) throw error;
        // It is brought or made again now.
        environment.report({ type: 'warning', message: `${error.code}: ${error.message}` });
        return placeIt();
      });
      rows.push([
        place,
        prettyBytes(part.sizeBytes, { binary: true }),
        bitsPerWeight?.toFixed(2) ?? '',
        part.sha256.slice(0, 16),
      ]);
    }
  }
  print(textTable(rows, 'lrrl'));
}
