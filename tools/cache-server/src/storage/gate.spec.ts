import { createGate } from './gate.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('gate', () => {
  it('lets many pass together, and one alone when they are through, whoever comes together', async () => {
    const gate = createGate();
    let [inside, alone, mostInside] = [0, 0, 0];
    const shared = async (): Promise<void> => {
      mostInside = Math.max(mostInside, ++inside);
      expect(alone).toBe(0);
      for (let count = 0; count < 3; count++) await turn();
      inside--;
    };
    const only = async (): Promise<void> => {
      expect([inside, ++alone]).toEqual([0, 1]);
      await turn();
      expect([inside, alone--]).toEqual([0, 1]);
    };
    await Promise.all(
      Array.from({ length: 5 }, () => [
        gate.shared('a', shared),
        gate.alone('a', only),
        gate.alone('a', only),
        gate.shared('a', shared),
        gate.shared('a', shared),
      ]).flat(),
    );
    expect([inside, alone, mostInside > 1]).toEqual([0, 0, true]);
  });

  it('keeps nobody else waiting, and opens after a work that failed', async () => {
    const gate = createGate();
    let end = (): void => undefined;
    const held = gate.alone('a', () => new Promise<void>((resolve) => (end = resolve)));
    expect(await gate.shared('b', () => Promise.resolve('passed'))).toBe('passed');
    end();
    await held;
    await expect(gate.alone('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.shared('a', () => Promise.resolve('passed'))).toBe('passed');
  });
});
