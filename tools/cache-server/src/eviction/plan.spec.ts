import { sha256 } from 'nx-gguf/store';
import { planEviction, type Eviction, type EvictionGoal, type HeldBlob, type HeldEntry } from './plan.js';

const day = 86_400_000;
const nowMs = 100 * day;
/** A goal, but for the bytes that are there, of which these are kept. */
type Goal = Omit<EvictionGoal, 'excessBytes'> & { keepBytes: number };
const goal: Goal = {
  isTrusted: true,
  nowMs,
  keepBytes: 1000,
  graceMs: day / 2,
  age: { maxAgeMs: 30 * day, danglingMs: day, mostShare: 1 },
};
const goalOfOthers: Goal = { ...goal, isTrusted: false, keepBytes: 250, graceMs: 0 };

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

/** The plan for a goal that is reached by what the plan removes. */
function planFor(
  blobs: readonly HeldBlob[],
  entries: readonly HeldEntry[],
  { keepBytes, ...to }: Goal,
): ReturnType<typeof planEviction> {
  const own = [
    ...blobs.filter(({ isTrusted }) => isTrusted === to.isTrusted),
    ...entries.filter(({ name }) => (name.namespace === 'trusted') === to.isTrusted),
  ];
  const bytes = own.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return planEviction(blobs, entries, { ...to, excessBytes: (removed) => bytes - removed - keepBytes });
}

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
  { kept = [], to = goal }: { kept?: readonly string[]; to?: Goal } = {},
): string[] {
  const names = new Map(['a', 'b', 'c', 'd', 'e1', 'e2', 'e3'].map((name) => [sha256(name), name]));
  const nameOf = (digest: string): string => names.get(digest) ?? digest;
  return stepsOf(
    planFor(blobs, entries, to),
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
      'nothing for what others hold, whatever it is',
      [blob('a', 600, 5), pulled('b', 900, 6)],
      [pulledEntry('e1', 900, 9)],
      [],
    ],
    [
      'a blob with the entries of others that name it',
      [blob('a', 1001, 5)],
      [{ ...pulledEntry('e1', 1, 1), blobs: [sha256('a')] }],
      ['e1 before a'],
    ],
    [
      'an entry that names a blob which others alone have',
      [pulled('a', 1, 1)],
      [entry('e1', ['a'], 2)],
      ['e1'],
    ],
  ] satisfies [string, HeldBlob[], HeldEntry[], string[]][])(
    'removes %s',
    (...[, blobs, entries, expected]) => {
      expect(removed(blobs, entries)).toEqual(expected);
    },
  );

  it.each([
    ['nothing that is trusted', [blob('a', 900, 5), pulled('b', 200, 1)], [], []],
    [
      'what was used least recently, even if it came a moment ago',
      [pulled('b', 200, 0.2), pulled('c', 200, 0.1)],
      [],
      ['b'],
    ],
    [
      'entries alike',
      [pulled('b', 100, 1)],
      [pulledEntry('e1', 150, 2), pulledEntry('e2', 150, 0.1)],
      ['e1'],
    ],
    [
      'no trusted entry with a blob that it waits for',
      [pulled('b', 300, 1)],
      [entry('e1', ['b'], 0.5), { ...pulledEntry('e2', 1, 0.5), blobs: [sha256('b')] }],
      ['e2 before b'],
    ],
  ] satisfies [string, HeldBlob[], HeldEntry[], string[]][])(
    'of others removes %s',
    (...[, blobs, entries, expected]) => {
      expect(removed(blobs, entries, { to: goalOfOthers })).toEqual(expected);
    },
  );

  it('removes for its age a share of all at a time, and one at least', () => {
    const old = ['a', 'b', 'c', 'd'].map((name, index) => blob(name, 100, 50 - index));
    const share = (mostShare: number): Goal => ({
      ...goal,
      age: { maxAgeMs: 30 * day, danglingMs: day, mostShare },
    });
    expect([0.1, 0.5, 0.6, 1].map((mostShare) => removed(old, [], { to: share(mostShare) }))).toEqual([
      ['a'],
      ['a', 'b'],
      ['a', 'b'],
      ['a', 'b', 'c', 'd'],
    ]);
    expect(
      removed([blob('a', 10, 50), blob('b', 300, 49), blob('c', 10, 48)], [], { to: share(0.9) }),
    ).toEqual(['a']);
    expect(removed(old, [], { to: { ...goal, age: null } })).toEqual([]);
  });

  it('goes on with the next when one turns out to be used again, as long as something is left that may go', () => {
    const blobs = [blob('a', 600, 3), blob('b', 600, 2), blob('c', 600, 1)];
    expect(removed(blobs, [])).toEqual(['a', 'b']);
    expect(removed(blobs, [entry('e1', ['a'], 4)], { kept: ['a'] })).toEqual(['e1', 'a', 'b', 'c']);
    expect(removed(blobs, [entry('e1', ['a'], 2)], { kept: ['a'] })).toEqual(['e1 before a', 'b', 'c']);
    expect(removed([...blobs.slice(0, 2), blob('c', 600, 0.1)], [], { kept: ['a', 'b'] })).toEqual([
      'a',
      'b',
    ]);
  });

  it('says why', () => {
    expect(
      stepsOf(planFor([blob('a', 2000, 2), blob('b', 1, 40)], [], goal)).map(({ because }) => because),
    ).toEqual(['not used for too long', 'used least recently']);
  });
});
