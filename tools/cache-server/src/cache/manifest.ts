import { GgufError, parseForeign, type Manifest, type Sha256 } from 'nx-gguf/store';
import { gaugeJson, type JsonLimits } from './json-gauge.js';

/**
 * The manifest of an action, measured before it is parsed, and checked against its schema, which refuses names
 * that leave their directory.
 * @throws GgufError `BAD_MANIFEST`
 */
export async function manifestOf(text: string, actionKey: Sha256, limits: JsonLimits): Promise<Manifest> {
  await gaugeJson(text, limits).catch((error: unknown) => {
    throw bad((error as Error).message);
  });
  const manifest = parseForeign('manifest', text);
  if ('problem' in manifest) throw bad(manifest.problem);
  if (manifest.actionKey !== actionKey) throw bad(`it is the manifest of action ${manifest.actionKey}`);
  requireConsistent(manifest);
  return manifest;
}

function requireConsistent({ files }: Manifest): void {
  const sizes = new Map<Sha256, number>();
  const names = new Set<string>();
  for (const { name, sha256, sizeBytes } of files) {
    if (names.has(name)) throw bad(`it names ${JSON.stringify(name.slice(0, 120))} twice`);
    if ((sizes.get(sha256) ?? sizeBytes) !== sizeBytes) throw bad(`it gives two sizes for ${sha256}`);
    names.add(name);
    sizes.set(sha256, sizeBytes);
  }
}

function bad(problem: string): GgufError {
  return new GgufError('BAD_MANIFEST', `the manifest: ${problem}`);
}
