import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { describeMachine, graphicsCards, loadBetween, watchLoad } from './machine.js';

describe('the description of a machine', () => {
  it('is the same each time, and names what speed depends on but neither host nor user', () => {
    const machine = describeMachine();
    expect(describeMachine()).toEqual(machine);
    expect(Object.keys(machine).filter((key) => key !== 'cpuQuota')).toEqual([
      'cpu',
      'cores',
      'memoryGiB',
      'os',
      'arch',
      'graphics',
    ]);
    expect(machine.cores).toBeGreaterThanOrEqual(1);
    const words = Object.values(machine).flat().map(String);
    expect(words).not.toContain(hostname());
    expect(words).not.toContain(userInfo().username);
  });

  it('finds the display controllers among the devices, in an order of their own', () => {
    const directory = temporaryDirectory();
    const devices = [
      ['0000:00:01.0', '0x060000', '0x8086', '0x1237'],
      ['0000:01:00.0', '0x030000', '0x10de', '0x2684'],
      ['0000:02:00.0', '0x030200', '0x1002', '0x744c'],
    ] as const;
    for (const [name, kind, vendor, device] of devices) {
      mkdirSync(join(directory, name));
      for (const [file, text] of Object.entries({ class: kind, vendor, device }))
        writeFileSync(join(directory, name, file), `${text}\n`);
    }
    expect(graphicsCards(directory)).toEqual(['1002:744c', '10de:2684']);
  });

  it('names no cards where there is no such list', () => {
    expect(graphicsCards(join(temporaryDirectory(), 'none'))).toEqual([]);
  });
});

describe('the load of a machine', () => {
  it.each([
    [
      { busyMs: 0, idleMs: 4000 },
      { busyCores: 0, isQuiet: true },
    ],
    [
      { busyMs: 400, idleMs: 3600 },
      { busyCores: 0.4, isQuiet: true },
    ],
    [
      { busyMs: 404, idleMs: 3596 },
      { busyCores: 0.4, isQuiet: false },
    ],
    [
      { busyMs: 4000, idleMs: 0 },
      { busyCores: 4, isQuiet: false },
    ],
    // A clock that did not move, or a machine that counts nothing.
    [
      { busyMs: 0, idleMs: 0 },
      { busyCores: 0, isQuiet: true },
    ],
  ])('between two moments of four cores that differ by %j', (passed, expected) => {
    const before = { busyMs: 70_000, idleMs: 900_000, cores: 4 };
    expect(
      loadBetween(before, {
        busyMs: before.busyMs + passed.busyMs,
        idleMs: before.idleMs + passed.idleMs,
        cores: 4,
      }),
    ).toEqual(expected);
  });

  it('is not above the number of cores', async () => {
    const { busyCores } = await watchLoad(50);
    expect(busyCores).toBeGreaterThanOrEqual(0);
    expect(busyCores).toBeLessThanOrEqual(4096);
  });
});
