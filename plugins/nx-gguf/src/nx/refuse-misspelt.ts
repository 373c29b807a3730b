import { cachedProjects } from './cached-projects.js';
import { plainError } from './errors.js';
import { requireKnownVariants } from './misspelt-target.js';

/** Ends a run whose command line names a variant that no model declares, before anything runs. */
export async function refuseMisspelt(argv: readonly string[], prefix: string): Promise<void> {
  const projects = await cachedProjects();
  if (projects === null) return;
  try {
    requireKnownVariants(argv, projects, prefix);
  } catch (error) {
    throw plainError(error);
  }
}
