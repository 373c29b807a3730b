import { sha256 } from 'nx-gguf/store';
import { planEviction, type Eviction, type EvictionGoal, type HeldBlob, type HeldEntry } from './plan.js';

const day = 86_400_000;
const nowMs = 100 * day;
const goal: EvictionGoal = {
  nowMs,
  keepBytes: 1000,
  untrustedBytes: 250,
  maxAgeMs: 30 * day,
  graceMs: day / 2,
  danglingMs: day,
};

const blob = (name: string, sizeBytes: number, daysAgo: number): HeldBlob => ({
  sha256: sha256(name),
  sizeBytes,
  usedMs: nowMs - daysAgo * day,
  isTrusted: true,
});
const pulled = (name: string, sizeBytes: number, daysAgo: number): HeldBlob => ({
  ...blob(name, sizeBytes, daysAgo),
  isTrusted: false,
});
const entry = (name: string, blobs: readonly string[], daysAgo: number): HeldEntry => ({
  name: { namespace: 'trusted', kind: 'actions', key: sha256(name) },
  sizeBytes: 1,
  usedMs: nowMs - daysAgo * day,
  blobs: blobs.map((one) => sha256(one)),
});
const pulledEntry = (name: string, sizeBytes: number, daysAgo: number): HeldEntry => ({
  ...entry(name, [], daysAgo),
  name: { namespace: 'pr-1', kind: 'actions', key: sha256(name) },
  sizeBytes,
});

/** The steps of a plan, of which those are in vain that are for a blob of `kept`. */
function stepsOf(plan: ReturnType<typeof planEviction>, kept: readonly string[] = []): Eviction[] {
  const steps: Eviction[] = [];
  for (let step = plan.next(); step.done !== true;) {
    steps.push(step.value);
    const isBlobGone = step.value.remove === 'blob' && !kept.includes(step.value.blob.sha256);
    step = plan.next({
      isBlobGone,
      entries: step.value.remove === 'entry' ? [step.value.entry] : isBlobGone ? step.value.entries : [],
    });
  }
  return steps;
}

/** What a plan removes, in order, by names. */
function removed(
  blobs: readonly HeldBlob[],
  entries: readonly HeldEntry[],
  kept: readonly string[] = [],
): string[] {
  const names = new Map(['a', 'b', 'c', 'd', 'e1', 'e2', 'e3'].map((name) => [sha256(name), name]));
  const nameOf = (digest: string): string => names.get(digest) ?? digest;
  return stepsOf(
    planEviction(blobs, entries, goal),
    kept.map((name) => sha256(name)),
  ).map((eviction) => {
    return eviction.remove === 'entry'
      ? nameOf(eviction.entry.name.key)
      : [...eviction.entries.map(({ name }) => nameOf(name.key)), nameOf(eviction.blob.sha256)].join(
          ' before ',
        );
  });
}

describe('planEviction', () => {
  it.each([
    ['nothing while there is room', [blob('a', 500, 3), blob('b', 500, 2)], [], []],
    [
      'what was used least recently, until there is room',
      [blob('a', 500, 1), blob('b', 500, 3), blob('c', 500, 2)],
      [],
      ['b'],
    ],
    [
      'the entries that name a blob before it',
      [blob('a', 500, 3), blob('b', 999, 1)],
      [entry('e1', ['a'], 2), entry('e2', ['a', 'b'], 2), entry('e3', ['b'], 1)],
      ['e1 before e2 before a'],
    ],
    ['an entry that goes by itself only once', [blob('a', 1500, 2)], [entry('e1', ['a'], 3)], ['e1', 'a']],
    [
      'what is too old, though there is room',
      [blob('a', 1, 31), blob('b', 1, 29)],
      [entry('e1', ['b'], 31), entry('e2', ['a', 'b'], 1)],
      ['e2 before a', 'e1'],
    ],
    ['nothing that was used a moment ago', [blob('a', 600, 0.1), blob('b', 600, 0.2)], [], []],
    [
      'an entry whose blobs never came',
      [blob('a', 1, 1)],
      [entry('e1', ['a', 'b'], 2), entry('e2', ['a', 'c'], 0.5)],
      ['e1'],
    ],
    [
      'first what untrusted namespaces hold beyond their share',
      [blob('a', 600, 5), pulled('b', 300, 1), pulled('c', 300, 0.1)],
      [],
      ['b'],
    ],
    ['that even if it came a moment ago', [blob('a', 600, 5), pulled('b', 600, 0.1)], [], ['b']],
    [
      'their entries alike',
      [blob('a', 600, 5), pulled('b', 200, 1)],
      [pulledEntry('e1', 150, 2), pulledEntry('e2', 150, 0.1)],
      ['e1'],
    ],
    [
      'then, within the share, the rest by its age',
      [blob('a', 600, 5), pulled('b', 200, 6), blob('c', 500, 4)],
      [],
      ['b', 'a'],
    ],
    ['nothing for the share alone', [pulled('b', 600, 1)], [], []],
  ] satisfies [string, HeldBlob[], HeldEntry[], string[]][])(
    'removes %s',
    (...[, blobs, entries, expected]) => {
      expect(removed(blobs, entries)).toEqual(expected);
    },
  );

  it('goes on with the next when one turns out to be used again, as long as something is left that may go', () => {
    const blobs = [blob('a', 600, 3), blob('b', 600, 2), blob('c', 600, 1)];
    expect(removed(blobs, [])).toEqual(['a', 'b']);
    expect(removed(blobs, [entry('e1', ['a'], 4)], ['a'])).toEqual(['e1', 'a', 'b', 'c']);
    expect(removed(blobs, [entry('e1', ['a'], 2)], ['a'])).toEqual(['e1 before a', 'b', 'c']);
    expect(removed([...blobs.slice(0, 2), blob('c', 600, 0.1)], [], ['a', 'b'])).toEqual(['a', 'b']);
  });

  it('says why', () => {
    expect(
      stepsOf(planEviction([blob('a', 2000, 2), blob('b', 1, 40)], [], goal)).map(({ because }) => because),
    ).toEqual(['not used for too long', 'used least recently']);
  });
});
