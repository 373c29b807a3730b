import type { ProjectConfiguration } from '@nx/devkit';

/** The projects of the graph that Nx made for this run, by name; null when it keeps none. */
export async function cachedProjects(): Promise<Readonly<Record<string, ProjectConfiguration>> | null> {
  // Loaded for this alone, which most runs do not need.
  const { readCachedProjectGraph } = await import('@nx/devkit');
  try {
    return Object.fromEntries(
      Object.entries(readCachedProjectGraph().nodes).map(([name, { data }]) => [name, data]),
    );
  } catch {
    return null;
  }
}
