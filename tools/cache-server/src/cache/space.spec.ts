import type { Reservation } from './space-account.js';
import { createSpace, type Space, type SpaceOptions } from './space.js';

/** What an eviction was asked for. */
interface Room {
  isTrusted: boolean;
  keepBytes: number;
}

const forever = 600_000;

/**
 * A space of 100 bytes on a disk of its own, of which `used` are taken. `may` says how many bytes an eviction
 * finds that may go.
 */
function spaceOf(
  used: number,
  changes: Partial<SpaceOptions> & { may?: number } = {},
): { space: Space; rooms: Room[]; state: { may: number; free: number; untrusted: number } } {
  const rooms: Room[] = [];
  const state = { may: changes.may ?? 0, free: Infinity, untrusted: 0 };
  const space: Space = createSpace({
    maxBytes: 100,
    highWater: 1,
    lowWater: 1,
    untrustedBytes: 30,
    usedBytes: { trusted: used, untrusted: 0 },
    overheadBytes: 0,
    marginBytes: 0,
    evictsFromDisk: true,
    patienceMs: 0,
    freeBytes: () => Promise.resolve(state.free),
    takeBack: () => Promise.resolve(0),
    evictTo: (room) => {
      const used = room.isTrusted ? space.usedBytes() - state.untrusted : state.untrusted;
      const excess = Math.max(0, room.excessBytes(0));
      rooms.push({ isTrusted: room.isTrusted, keepBytes: Math.max(0, used - excess) });
      const removed = Math.min(state.may, used, excess);
      state.may -= removed;
      state.free += removed;
      if (!room.isTrusted) state.untrusted -= removed;
      if (removed > 0) space.removed(removed, room.isTrusted);
      return Promise.resolve(removed);
    },
    ...changes,
  });
  return { space, rooms, state };
}

const refused = { code: 'STORAGE_FULL' };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What became of a promise after everything that can happen at once has happened. */
async function stateOf(asked: Promise<Reservation>): Promise<string> {
  let state = 'waits';
  asked.then(
    () => void (state = 'has room'),
    () => void (state = 'refused'),
  );
  for (let count = 0; count < 20; count++) await turn();
  return state;
}

describe('space', () => {
  it('promises what there is, and takes it back once', async () => {
    const { space, rooms } = spaceOf(40);
    const reservation = await space.reserve(60, true);
    await expect(space.reserve(1, true)).rejects.toMatchObject(refused);
    reservation.release();
    reservation.release();
    expect([space.reservedBytes(), rooms.length]).toEqual([0, 1]);
    await space.reserve(60, true);
  });

  it('makes room for what comes, down to the low water, with what is promised already', async () => {
    const { space, rooms } = spaceOf(80, { may: 80, lowWater: 0.7 });
    await space.reserve(20, true);
    await space.reserve(10, true);
    expect([rooms.map(({ keepBytes }) => keepBytes), space.usedBytes()]).toEqual([[40], 40]);
  });

  it('goes on making room as long as that frees anything, and refuses only then', async () => {
    const { space, state, rooms } = spaceOf(100, {
      evictTo: ({ isTrusted }) => {
        rooms.push({ isTrusted, keepBytes: 0 });
        if (state.may === 0) return Promise.resolve(0);
        state.may -= 10;
        space.removed(10, true);
        return Promise.resolve(10);
      },
      may: 60,
    });
    await space.reserve(50, true);
    expect(rooms).toHaveLength(5);
    await expect(space.reserve(30, true)).rejects.toMatchObject(refused);
    expect(state.may).toBe(0);
  });

  it('looks anew for each who is refused: what could not go a moment ago may go now', async () => {
    const { space, state } = spaceOf(100);
    await expect(space.reserve(10, true)).rejects.toMatchObject(refused);
    state.may = 10;
    await space.reserve(10, true);
  });

  it.each([
    ['comes back', 0],
    ['is used, and what it is used for may go', 60],
  ])('waits for room that is promised to others, until it %s', async (_what, addedBytes) => {
    const { space, state } = spaceOf(0, { patienceMs: forever });
    const held = await space.reserve(60, true);
    const waits = space.reserve(60, true);
    expect(await stateOf(waits)).toBe('waits');
    state.may = 60;
    held.release();
    space.added(addedBytes, true);
    await waits;
    expect(space.reservedBytes()).toBe(60);
  });

  it('waits no longer than its patience, and not at all where others hold too little', async () => {
    const { space } = spaceOf(0, { patienceMs: 5 });
    await space.reserve(60, true);
    await expect(space.reserve(60, true)).rejects.toMatchObject(refused);
    const full = spaceOf(90, { patienceMs: forever });
    await full.space.reserve(5, true);
    await expect(full.space.reserve(50, true)).rejects.toMatchObject(refused);
  });

  it('counts nobody who waits as if they had room: of two that fit alone, one gets it', async () => {
    const { space } = spaceOf(0, { patienceMs: forever });
    const held = await space.reserve(60, true);
    const [first, second] = [space.reserve(60, true), space.reserve(60, true)];
    expect([await stateOf(first), await stateOf(second)]).toEqual(['waits', 'waits']);
    held.release();
    const next = await first;
    expect(await stateOf(second)).toBe('waits');
    next.release();
    await second;
  });

  it('lets nobody overtake who waits, unless there is room for both', async () => {
    const { space } = spaceOf(0, { patienceMs: forever });
    const held = await space.reserve(50, true);
    const large = space.reserve(80, true);
    const small = space.reserve(10, true);
    expect([await stateOf(large), await stateOf(small)]).toEqual(['waits', 'has room']);
    held.release();
    await large;
  });

  it('refuses what can never fit without pushing anything out', async () => {
    const { space, rooms, state } = spaceOf(50, { may: 50, patienceMs: forever });
    await expect(space.reserve(101, true)).rejects.toMatchObject(refused);
    state.free = 10;
    await expect(space.reserve(70, true)).rejects.toMatchObject(refused);
    expect(rooms).toEqual([]);
  });

  it('counts what is written once: no longer as to come, when the disk has it', async () => {
    const { space, state } = spaceOf(0);
    state.free = 60;
    const reservation = await space.reserve(50, true);
    reservation.wrote(40);
    state.free = 20;
    await space.reserve(10, true);
    reservation.release();
    state.free = 15;
    await expect(space.reserve(10, true)).rejects.toMatchObject(refused);
    await space.reserve(5, true);
  });

  it('evicts for a disk that is full only what is on it', async () => {
    const { space, state, rooms } = spaceOf(50, { may: 50, evictsFromDisk: false });
    state.free = 10;
    await space.reserve(5, true);
    await expect(space.reserve(8, true)).rejects.toMatchObject(refused);
    expect(rooms).toEqual([]);
  });

  it('promises namespaces that are not trusted their share, which they wait for alike, and takes back what stands still', async () => {
    const taken: boolean[] = [];
    const { space, rooms } = spaceOf(0, {
      patienceMs: forever,
      takeBack: (isTrusted) => {
        taken.push(isTrusted);
        idle.release();
        return Promise.resolve(10);
      },
    });
    const idle = await space.reserve(10, false);
    const other = await space.reserve(20, false);
    await expect(space.reserve(31, false)).rejects.toMatchObject(refused);
    await space.reserve(60, true);
    const waits = space.reserve(10, false);
    await waits;
    expect([taken, rooms.filter(({ isTrusted }) => isTrusted), space.reservedBytes()]).toEqual([
      [false],
      [],
      90,
    ]);
    other.release();
  });

  it('makes nothing that is trusted go for others, who get what it leaves', async () => {
    const { space, rooms } = spaceOf(85, { may: 85 });
    await space.reserve(15, false);
    await expect(space.reserve(1, false)).rejects.toMatchObject(refused);
    expect([rooms.filter(({ isTrusted }) => isTrusted), space.usedBytes()]).toEqual([[], 85]);
  });

  it('takes from others what the trusted need: first what they keep, then what they were promised, the latest first', async () => {
    const { space, rooms, state } = spaceOf(60, { may: 100, patienceMs: forever });
    const [first, second] = [await space.reserve(10, false), await space.reserve(10, false)];
    const told: string[] = [];
    first.onRevoked(() => told.push('first'));
    second.onRevoked(() => told.push('second'));
    space.added(10, false);
    state.untrusted = 10;
    await space.reserve(25, true);
    for (let count = 0; count < 20; count++) await turn();
    expect([rooms, told, first.isRevoked()]).toEqual([
      [{ isTrusted: false, keepBytes: 0 }],
      ['second'],
      false,
    ]);
    expect([space.usedBytes(), space.reservedBytes()]).toEqual([60, 35]);
    second.release();
    await space.reserve(15, true);
    for (let count = 0; count < 20; count++) await turn();
    expect([told, space.usedBytes(), space.reservedBytes()]).toEqual([['second', 'first'], 60, 40]);
  });

  it('of a disk that is full has others give up theirs before anything that is trusted goes', async () => {
    const { space, rooms, state } = spaceOf(40, { may: 100 });
    space.added(20, false);
    Object.assign(state, { untrusted: 20, free: 5 });
    await space.reserve(20, true);
    expect([rooms.map(({ isTrusted }) => isTrusted), space.usedBytes(), state.free]).toEqual([
      [false],
      45,
      20,
    ]);
    await space.reserve(20, true);
    expect([rooms.map(({ isTrusted }) => isTrusted), space.usedBytes()]).toEqual([[false, false, true], 25]);
  });

  it('counts what a file takes beside its bytes', async () => {
    const { space } = spaceOf(0, { overheadBytes: 10 });
    await space.reserve(1, true);
    space.keepReserved(0, true);
    expect([space.reservedBytes(), space.sizeOf(5)]).toEqual([21, 15]);
    await expect(space.reserve(70, true)).rejects.toMatchObject(refused);
    await space.reserve(69, true);
  });

  it('goes by what was counted anew', async () => {
    const { space } = spaceOf(90, { patienceMs: forever });
    const held = await space.reserve(10, true);
    const waits = space.reserve(10, true);
    expect(await stateOf(waits)).toBe('waits');
    space.counted({ trusted: 80, untrusted: 0 });
    await waits;
    expect([space.usedBytes(), space.reservedBytes()]).toEqual([80, 20]);
    held.release();
  });

  it('passes on to all who wait why room could not be made', async () => {
    const { space } = spaceOf(100, { evictTo: () => Promise.reject(new Error('the disk is gone')) });
    const asked = [space.reserve(1, true), space.reserve(2, true)];
    for (const one of asked) await expect(one).rejects.toThrow('the disk is gone');
    expect(space.reservedBytes()).toBe(0);
  });
});
