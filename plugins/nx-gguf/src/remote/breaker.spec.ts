import { setTimeout as sleep } from 'node:timers/promises';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { RemoteFailure, type FailureKind, type RemoteStore } from './remote-store.js';
import { guard, type Guard } from './testing/guard.js';
import { memoryRemote } from './testing/memory-remote.js';

const failure = (kind: FailureKind): RemoteFailure => new RemoteFailure(kind, `it is ${kind}`);

/** A remote whose look-ups do one thing after the other. */
function playing(...plays: (() => Promise<boolean>)[]): RemoteStore & { asked: () => number } {
  let turn = 0;
  return {
    ...memoryRemote(),
    asked: () => turn,
    hasBlob: () => (plays[Math.min(turn++, plays.length - 1)] ?? (() => Promise.resolve(true)))(),
  };
}

const yes = () => Promise.resolve(true);
const fails = (kind: FailureKind) => () => Promise.reject(failure(kind));
const hangs = () => new Promise<boolean>(() => undefined);
const look = (remote: Guard) => remote.ask({ kind: 'lookup', work: (to, signal) => to.hasBlob('', signal) });

describe('what fails', () => {
  it('is asked once more, and that is all right', async () => {
    const remote = guard(playing(fails('unavailable'), yes));
    await expect(look(remote)).resolves.toBe(true);
    await expect(remote.reads()).resolves.toBe(true);
    expect(remote.warnings()).toEqual([]);
  });

  it.each([
    ['fails', fails('unavailable'), 'it is unavailable'],
    ['hangs', hangs, 'nothing came from it for 0.4 s'],
  ])(
    'twice, because it %s, is left alone for the rest of the run, and told once',
    async (_, play, reason) => {
      const played = playing(play);
      const remote = guard(played);
      await expect(look(remote)).resolves.toBeInstanceOf(RemoteFailure);
      expect(played.asked()).toBe(2);
      await look(remote);
      await expect(Promise.all([remote.reads(), remote.writes()])).resolves.toEqual([false, false]);
      expect(remote.warnings()).toEqual([`the remote: ${reason}; going on without it`]);
    },
  );

  it('is left alone by the other processes of the run, which say nothing, and not by the next run', async () => {
    const store = temporaryStore();
    await look(guard(playing(fails('unavailable')), { store }));
    const same = guard(playing(yes), { store });
    const other = guard(playing(yes), { store, name: 'another remote' });
    const next = guard(playing(yes), { store, run: 'next' });
    await expect(Promise.all([same.reads(), other.reads(), next.reads()])).resolves.toEqual([
      false,
      true,
      true,
    ]);
    expect(same.warnings()).toEqual([]);
  });

  it.each([
    ['refused', 'lookup', { reads: false, writes: false }],
    ['refused', 'upload', { reads: true, writes: false }],
    ['refused', 'publish', { reads: true, writes: false }],
    ['rejected', 'upload', { reads: true, writes: true }],
    ['incomplete', 'lookup', { reads: true, writes: true }],
  ] as const)('because it is %s (%s), leaves %j', async (kind, what, expected) => {
    const played = playing(fails(kind));
    const remote = guard(played);
    await remote.ask({ kind: what, work: (to, signal) => to.hasBlob('', signal) });
    expect(played.asked()).toBe(1);
    expect({ reads: await remote.reads(), writes: await remote.writes() }).toEqual(expected);
    expect(remote.warnings()).toHaveLength(expected.writes ? 0 : 1);
  });

  it("for a reason on this machine is not the remote's fault", async () => {
    const full = Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    const remote = guard(playing(() => Promise.reject(full)));
    await expect(look(remote)).rejects.toBe(full);
    await expect(remote.reads()).resolves.toBe(true);
  });
});

describe('what is slow', () => {
  it('is left alone when its answers together cost too much', async () => {
    const remote = guard(
      playing(() => sleep(60, true)),
      { patience: { answersMs: 200 } },
    );
    for (let turn = 0; turn < 20 && (await remote.reads()); turn++) await look(remote);
    expect(remote.warnings()).toEqual(['the remote: it answers too slowly; going on without it']);
  });

  it('may take its time with a transfer that goes on', async () => {
    const remote = guard(playing(yes), { patience: { stallMs: 1000 } });
    const moved = await remote.ask({
      kind: 'download',
      work: async (_to, _signal, beat) => {
        for (let turn = 0; turn < 10; turn++) {
          await sleep(150);
          beat(64 << 10);
        }
        return true;
      },
    });
    expect(moved).toBe(true);
  });

  it('is given up on when a transfer only trickles', async () => {
    const remote = guard(playing(yes), { patience: { stallMs: 100 } });
    const trickle = await remote.ask({
      kind: 'download',
      work: async (_to, signal, beat) => {
        while (!signal.aborted) {
          await sleep(5);
          beat(1);
        }
        throw failure('unavailable');
      },
    });
    expect(trickle).toMatchObject({
      message: expect.stringMatching(/^only \d+ bytes went through in 0\.1 s$/) as unknown,
    });
  });

  it('is asked again as long as it gets further', async () => {
    let turns = 0;
    const remote = guard(playing(yes));
    await expect(
      remote.ask({
        kind: 'download',
        work: (_to, _signal, beat) => {
          beat(2 << 20);
          return ++turns < 8 ? Promise.reject(failure('unavailable')) : Promise.resolve('done');
        },
      }),
    ).resolves.toBe('done');
  });
});

it('an interrupt ends everything at once', async () => {
  const stop = new AbortController();
  const remote = guard(playing(hangs), { signal: stop.signal, patience: { answerMs: 60_000 } });
  const asked = look(remote);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED' });
  expect(remote.warnings()).toEqual([]);
});

it('a liar is not asked again for what it lied about, by no process of the run, and told once', async () => {
  const store = temporaryStore();
  const [first, second] = [guard(memoryRemote(), { store }), guard(memoryRemote(), { store })];
  await first.distrust('abc', 'wrong bytes');
  await second.distrust('abc', 'wrong bytes');
  await expect(
    Promise.all([first.trusts('abc'), second.trusts('abc'), second.trusts('def'), first.reads()]),
  ).resolves.toEqual([false, false, true, true]);
  expect([...first.warnings(), ...second.warnings()]).toEqual(['the remote: wrong bytes; refused']);
});
