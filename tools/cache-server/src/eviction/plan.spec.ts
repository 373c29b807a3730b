import { sha256 } from 'nx-gguf/store';
import { planEviction, type EvictionGoal, type HeldBlob, type HeldEntry } from './plan.js';

const day = 86_400_000;
const nowMs = 100 * day;
const goal: EvictionGoal = { nowMs, keepBytes: 1000, untrustedBytes: 250, maxAgeMs: 30 * day, graceMs: day / 2, danglingMs: day };

const blob = (name: string, sizeBytes: number, daysAgo: number): HeldBlob => ({ sha256: sha256(name), sizeBytes, usedMs: nowMs - daysAgo * day, isTrusted: true });
const pulled = (name: string, sizeBytes: number, daysAgo: number): HeldBlob => ({ ...blob(name, sizeBytes, daysAgo), isTrusted: false });
const entry = (name: string, blobs: readonly string[], daysAgo: number): HeldEntry => ({ name: { namespace: 'trusted', kind: 'actions', key: sha256(name) }, sizeBytes: 1, usedMs: nowMs - daysAgo * day, blobs: blobs.map((one) => sha256(one)) });
const pulledEntry = (name: string, sizeBytes: number, daysAgo: number): HeldEntry => ({ ...entry(name, [], daysAgo), name: { namespace: 'pr-1', kind: 'actions', key: sha256(name) }, sizeBytes });

/** What a plan removes, in order, by names. */
function removed(blobs: readonly HeldBlob[], entries: readonly HeldEntry[], changes: Partial<EvictionGoal> = {}): string[] {
  const names = new Map(['a', 'b', 'c', 'd', 'e1', 'e2', 'e3'].map((name) => [sha256(name), name]));
  const nameOf = (digest: string): string => names.get(digest) ?? digest;
  return planEviction(blobs, entries, { ...goal, ...changes }).map((eviction) => {
    return eviction.remove === 'entry' ? nameOf(eviction.entry.name.key) : [...eviction.entries.map(({ name }) => nameOf(name.key)), nameOf(eviction.blob.sha256)].join(' before ');
  });
}

describe('planEviction', () => {
  it.each([
    ['nothing while there is room', [blob('a', 500, 3), blob('b', 500, 2)], [], []],
    ['what was used least recently, until there is room', [blob('a', 500, 1), blob('b', 500, 3), blob('c', 500, 2)], [], ['b']],
    ['the entries that name a blob before it', [blob('a', 500, 3), blob('b', 999, 1)], [entry('e1', ['a'], 2), entry('e2', ['a', 'b'], 2), entry('e3', ['b'], 1)], ['e1 before e2 before a']],
    ['an entry that goes by itself only once', [blob('a', 1500, 2)], [entry('e1', ['a'], 3)], ['e1', 'a']],
    ['what is too old, though there is room', [blob('a', 1, 31), blob('b', 1, 29)], [entry('e1', ['b'], 31), entry('e2', ['a', 'b'], 1)], ['e2 before a', 'e1']],
    ['nothing that was used a moment ago', [blob('a', 600, 0.1), blob('b', 600, 0.2)], [], []],
    ['an entry whose blobs never came', [blob('a', 1, 1)], [entry('e1', ['a', 'b'], 2), entry('e2', ['a', 'c'], 0.5)], ['e1']],
    ['first what untrusted namespaces hold beyond their share', [blob('a', 600, 5), pulled('b', 300, 1), pulled('c', 300, 0.1)], [], ['b']],
    ['that even if it came a moment ago', [blob('a', 600, 5), pulled('b', 600, 0.1)], [], ['b']],
    ['their entries alike', [blob('a', 600, 5), pulled('b', 200, 1)], [pulledEntry('e1', 150, 2), pulledEntry('e2', 150, 0.1)], ['e1']],
    ['then, within the share, the rest by its age', [blob('a', 600, 5), pulled('b', 200, 6), blob('c', 500, 4)], [], ['b', 'a']],
    ['nothing for the share alone', [pulled('b', 600, 1)], [], []],
  ] satisfies [string, HeldBlob[], HeldEntry[], string[]][])('removes %s', (...[, blobs, entries, expected]) => {
    expect(removed(blobs, entries)).toEqual(expected);
  });

  it('says why', () => {
    expect(planEviction([blob('a', 2000, 2), blob('b', 1, 40)], [], goal).map(({ because }) => because)).toEqual(['not used for too long', 'used least recently']);
  });
});
