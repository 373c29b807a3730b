import { resolve } from 'node:path';
import type { LockPlace } from '../core/lock-entry.js';
import type { SourceUse } from '../core/source-use.js';
import type { Source } from '../core/generated/source.generated.js';
import { fetchCommandStep } from '../steps/source/fetch-command.js';
import { fetchLockedStep, fetchUrlStep, type Extract } from '../steps/source/fetch-locked.js';
import { fetchPathStep } from '../steps/source/fetch-path.js';
import type { Step } from '../steps/step.js';
import { referToFile } from '../store/external.js';
import { lockedSource, upstreamContext } from './lock-file.js';
import type { Surroundings, ToolchainIdentities } from './ports.js';
import { tellUndeclaredLocks } from './undeclared-locks.js';
import { targetName, type TargetRef } from '../core/target.js';
import { projectDirectory } from '../workspace/workspace.js';

// What fetching needs is loaded when something is fetched: most runs find everything in the store.
const upstream = () => import('../upstream/fetch-source.js');
const extract: Extract = async (extraction) =>
  (await import('../upstream/archive-member.js')).extractMember(extraction);

/** The declaration of a source, and the ports that resolving it needs. */
export interface SourcePlace {
  ref: TargetRef;
  ports: Surroundings & ToolchainIdentities;
  toolchain: string;
  /** The kind of file that declares it: `model.json` or `corpus.json`. */
  kind: 'model' | 'corpus';
  place: LockPlace;
  /** What the files are for. */
  use: SourceUse;
}

/**
 * The step that brings the files of a source into the store: one kind of source for models, matrices,
 * references and corpora.
 */
export async function sourceStep(
  source: Source,
  { ref, ports, toolchain, kind, place, use }: SourcePlace,
): Promise<Step> {
  const { workspace, store, report } = ports.environment;
  const directory = projectDirectory(workspace, ref.project, targetName(ref));
  const refer = (path: string) => referToFile(store, path);
  // Once for a project, and not by each of its references.
  if (place === 'source') await tellUndeclaredLocks({ project: ref.project, kind }, ports);
  switch (source.type) {
    case 'path':
      report({ type: 'step', message: `reading ${source.path}` });
      return fetchPathStep(source, resolve(directory, source.path), { refer, use, report });
    case 'command': {
      const access = ports.toolchain(toolchain);
      return fetchCommandStep(source, {
        projectDir: directory,
        refer,
        env: ports.environment.env,
        identities: { source: () => access.identity('source'), python: () => access.identity('python') },
      });
    }
    case 'url':
      return fetchUrlStep(source, {
        extract,
        bring: async () =>
          (await upstream()).fetchUrl(source, upstreamContext(ports.environment, ports.transfer)),
      });
    default: {
      const locked = await lockedSource(
        { project: ref.project, kind, place, source, use },
        ports.environment,
        ports.transfer,
      );
      const context = upstreamContext(ports.environment, ports.transfer);
      return fetchLockedStep(source, locked, {
        extract,
        bring: async () => (await upstream()).fetchLocked(source, { locked, projectDir: directory }, context),
      });
    }
  }
}
