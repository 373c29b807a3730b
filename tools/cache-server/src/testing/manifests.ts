import { prettyJson, sha256, type Json, type Manifest } from 'nx-gguf/store';

/** A manifest with the given texts as files, by name. */
export function manifestOf(
  files: Readonly<Record<string, string>>,
  changes: Partial<Manifest> = {},
): Manifest {
  return {
    format: 1,
    step: 'quantize',
    actionKey: sha256(JSON.stringify(files)),
    files: Object.entries(files).map(([name, text]) => ({
      name,
      sha256: sha256(text),
      sizeBytes: Buffer.byteLength(text),
    })),
    facts: {},
    provenance: { inputs: [], toolchain: null, commands: [] },
    ...changes,
  };
}

/** The bytes of a manifest file. */
export function manifestText(manifest: Manifest): string {
  return prettyJson(manifest as unknown as Json);
}
