import { GgufError } from '../../core/errors.js';
import type { LockedSource } from '../../core/generated/lock.generated.js';
import type { ManifestFile } from '../../core/generated/manifest.generated.js';
import type { HuggingFaceSource } from '../../core/generated/source.generated.js';
import { readHeaderBytes, type HeaderBytes } from '../../gguf/header/header-bytes.js';
import { oneGguf, oneGgufProblem } from '../../gguf/shards.js';
import { withFileBytes } from '../../files/gguf-file.js';
import { pinnedHeaderStep } from '../../steps/gguf/gguf-header.js';
import type { Step } from '../../steps/step.js';
import { findBlob } from '../../store/blobs.js';
import { lockedSource } from '../lock-file.js';
import type { Surroundings } from '../ports.js';
import { headerAt } from './ranged-header.js';

/**
 * Takes the headers of the GGUF that `planFrom` names on a hub. The lock pins it as it pins other sources, so
 * a known header costs no request; an unknown one is read by ranges, or from the store when the file is in
 * it.
 * @throws GgufError `PLAN_FROM_AMBIGUOUS`, `PLAN_FROM_INCOMPLETE`, or what reading the lock or the hub throws
 */
export async function pinnedHeaders(
  source: HuggingFaceSource,
  { project, ports }: { project: string; ports: Surroundings },
): Promise<Step> {
  const { environment, transfer } = ports;
  const locked = await lockedSource(
    { project, kind: 'model', place: 'planFrom', source, use: { kind: 'gguf' } },
    environment,
    transfer,
  );
  const found = oneGguf(
    locked.files.map(({ path, sha256, sizeBytes }): ManifestFile => ({ name: path, sha256, sizeBytes })),
  );
  if ('problem' in found) {
    throw new GgufError(
      found.problem === 'incomplete' ? 'PLAN_FROM_INCOMPLETE' : 'PLAN_FROM_AMBIGUOUS',
      `${project}: planFrom ${oneGgufProblem(found)}`,
      { hint: 'Name one GGUF, or all files of a split one, in "include" of planFrom in model.json.' },
    );
  }
  return pinnedHeaderStep(found.files, async () => {
    const headers: HeaderBytes[] = [];
    for (const gguf of found.files) headers.push(await headerOf(gguf, { source, locked, ports }));
    return headers;
  });
}

async function headerOf(
  file: ManifestFile,
  { source, locked, ports }: { source: HuggingFaceSource; locked: LockedSource; ports: Surroundings },
): Promise<HeaderBytes> {
  const { store, env } = ports.environment;
  const present = await findBlob(store, file);
  if (present !== null) return withFileBytes(present, readHeaderBytes);
  const { lockedHubFiles } = await import('../../upstream/hub/resolve-hub.js');
  const [wanted] = await lockedHubFiles(
    source,
    { commit: locked.commit, files: locked.files.filter(({ path }) => path === file.name) },
    env,
  );
  if (wanted === undefined) throw new Error(`the lock has no ${file.name}`);
  const read = await headerAt(wanted, ports);
  if (read.header.fileSizeBytes === file.sizeBytes) return read;
  throw new GgufError(
    'SIZE_MISMATCH',
    `${wanted.name}: the server has ${read.header.fileSizeBytes} bytes instead of ${file.sizeBytes}`,
    {
      hint: 'The file is not the one that was pinned. When it was replaced on purpose, pin the new one with `nx g nx-gguf:update`.',
    },
  );
}
