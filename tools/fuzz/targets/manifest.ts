import { canonicalJson, type Json } from '../../../plugins/nx-gguf/src/core/json/canonical-json.js';
import { digestOf } from '../../../plugins/nx-gguf/src/core/digest.js';
import type { Manifest } from '../../../plugins/nx-gguf/src/core/generated/manifest.generated.js';
import { parseAs } from '../../../plugins/nx-gguf/src/core/validate.js';
import { remoteManifest } from '../../../plugins/nx-gguf/src/remote/remote-manifest.js';
import { manifestText } from '../../../plugins/nx-gguf/src/store/actions.js';
import { codedOutcome } from '../coded-outcome.js';
import type { FuzzTarget } from '../target.js';

const manifest: Manifest = {
  format: 1,
  step: 'quantize',
  actionKey: 'a'.repeat(64),
  files: [{ name: 'm-Q4_K_M.gguf', sha256: 'b'.repeat(64), sizeBytes: 123 }],
  facts: { plan: [{ name: 'blk.0', types: ['q4_K', null, true, 1.5] }] },
  provenance: {
    inputs: [{ role: 'model', name: 'm-BF16.gguf', sha256: 'c'.repeat(64) }],
    toolchain: { version: 'x' },
    commands: [],
  },
};

/** A manifest that a remote sends: the one that was asked for, or a refusal. */
export const manifests: FuzzTarget = {
  name: 'manifest',
  reads: 'manifests of remotes, of the store and under dist/',
  rounds: 6_000,
  seeds: () => [Buffer.from(manifestText(manifest))],
  attempt: (input) =>
    codedOutcome(() => {
      const text = Buffer.from(input).toString('utf8');
      const found = remoteManifest(text, {
        step: manifest.step,
        actionKey: manifest.actionKey,
        inputs: manifest.provenance.inputs,
        toolchain: manifest.provenance.toolchain as Record<string, Json>,
      });
      if (
        !('refused' in found) &&
        digestOf(found as unknown as Json) !== digestOf(manifest as unknown as Json)
      )
        throw new Error('a changed manifest was taken');
      try {
        canonicalJson(parseAs('manifest', text, 'artifact.json') as unknown as Json);
      } catch (error) {
        if (!('refused' in found))
          throw new Error('a remote may send what is no manifest here', { cause: error });
        throw error;
      }
      return 'refused' in found ? 'refused' : 'ok';
    }),
};

/** What people write: model.json, locks and settings of the toolchain. */
export const declarations: FuzzTarget = {
  name: 'declarations',
  reads: 'model.json, lock files and toolchain.json',
  rounds: 4_000,
  seeds: () =>
    [
      { name: 'm', source: { type: 'path', path: 'x' }, quantize: { Q4_K_M: { ftype: 'Q4_K_M' } } },
      { version: 1, sources: {} },
      { source: { type: 'path', path: '/opt/llama' }, build: { backend: 'cpu' } },
    ].map((value) => Buffer.from(JSON.stringify(value, null, 2))),
  attempt: (input) => {
    const text = Buffer.from(input).toString('utf8');
    const kind = (['model', 'lock', 'toolchain'] as const)[input.length % 3] ?? 'model';
    return codedOutcome(() => canonicalJson(parseAs(kind, text, `${kind}.json`) as unknown as Json));
  },
};
