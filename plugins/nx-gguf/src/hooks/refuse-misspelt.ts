import { declarationOf } from '../workspace/declarations.js';
import { cachedProjects } from './cached-projects.js';
import { plainError } from '../terminal/report-error.js';
import { namedHub } from '../upstream/hub/hub-endpoint.js';
import { unknownVariant } from './misspelt-target.js';

/** Ends a run whose command line names a variant that no model declares, before anything runs. */
export async function refuseMisspelt(
  argv: readonly string[],
  { workspaceRoot, prefix }: { workspaceRoot: string; prefix: string },
): Promise<void> {
  const projects = await cachedProjects();
  const unknown = projects === null ? null : unknownVariant(argv, projects, prefix);
  if (unknown === null) return;
  const root = projects?.[unknown.project]?.root ?? '';
  try {
    // The variants of a broken file are not all known: the broken file is then the error to report.
    await declarationOf('plan', { workspaceRoot, root, hub: namedHub(process.env) });
  } catch (error) {
    throw plainError(error);
  }
  throw plainError(unknown.error);
}
