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
