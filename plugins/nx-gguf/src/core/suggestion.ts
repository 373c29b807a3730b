import { distance } from 'fastest-levenshtein';

/** The candidate that is nearest to a misspelt name, or null if none is near. Case does not count. */
export function nearestName(name: string, candidates: readonly string[]): string | null {
  const wanted = name.toLowerCase();
  // A third of the letters may differ: more, and the suggestion would be a guess.
  let best = { name: null as string | null, edits: Math.max(1, Math.floor(wanted.length / 3)) + 1 };
  for (const candidate of candidates) {
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits < best.edits) best = { name: candidate, edits };
  }
  return best.name;
}

/** ` (did you mean 'X'?)`, or nothing if no candidate is near. */
export function didYouMean(name: string, candidates: readonly string[]): string {
  const nearest = nearestName(name, candidates);
  return nearest === null ? '' : ` (did you mean '${nearest}'?)`;
}

/** The path that is nearest to a misspelt one, or whose last part is the same; null if none is near. */
export function nearestPath(path: string, candidates: readonly string[]): string | null {
  const name = (of: string): string => of.slice(of.lastIndexOf('/') + 1).toLowerCase();
  return (
    candidates.find((candidate) => name(candidate) === name(path)) ??
    nearestName(path, candidates) ??
    candidates.find((candidate) => nearestName(name(path), [name(candidate)]) !== null) ??
    null
  );
}
