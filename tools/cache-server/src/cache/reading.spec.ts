import { createReading } from './reading.js';

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A budget of 100 bytes; works run until they are let go, and tell in which order they began. */
function started(): {
  begin: (namespace: string, bytes: number) => Promise<void>;
  names: string[];
  end: (name: string) => Promise<void>;
} {
  const reading = createReading({ bytes: 100, atOnce: { trusted: 3, others: 2 } });
  const names: string[] = [];
  const ends = new Map<string, (() => void)[]>();
  return {
    names,
    begin: async (namespace, bytes) => {
      void reading(namespace, bytes, async () => {
        names.push(namespace);
        await new Promise<void>((resolve) => ends.set(namespace, [...(ends.get(namespace) ?? []), resolve]));
      });
      await turn();
    },
    end: async (name) => {
      ends.get(name)?.shift()?.();
      await turn();
    },
  };
}

describe('reading', () => {
  it('keeps to its bytes in memory, of all namespaces together', async () => {
    const { begin, names, end } = started();
    for (const name of ['a', 'b', 'c']) await begin(name, 50);
    expect(names).toEqual(['a', 'b']);
    await end('b');
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('gives namespaces turns: who asks for much keeps nobody else waiting', async () => {
    const { begin, names, end } = started();
    for (let count = 0; count < 5; count++) await begin('a', 50);
    await begin('b', 50);
    await begin('c', 50);
    expect(names).toEqual(['a', 'a']);
    await end('a');
    await end('a');
    expect(names).toEqual(['a', 'a', 'b', 'c']);
    await end('b');
    expect(names).toEqual(['a', 'a', 'b', 'c', 'a']);
  });

  it('lets what is trusted wait for nobody else, and nobody for what is trusted', async () => {
    const { begin, names } = started();
    for (const name of ['a', 'b', 'trusted', 'trusted', 'trusted']) await begin(name, 50);
    expect(names).toEqual(['a', 'b', 'trusted', 'trusted']);
  });

  it('lets nobody overtake who waits for much, and takes alone what is more than all', async () => {
    const { begin, names, end } = started();
    await begin('a', 60);
    await begin('b', 900);
    await begin('c', 10);
    expect(names).toEqual(['a']);
    await end('a');
    expect(names).toEqual(['a', 'b']);
    await end('b');
    expect(names).toEqual(['a', 'b', 'c']);
  });

  it('gives back what a work had that failed', async () => {
    const reading = createReading({ bytes: 1, atOnce: { trusted: 1, others: 1 } });
    await expect(reading('a', 1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await reading('a', 1, () => Promise.resolve('yes'))).toBe('yes');
  });
});
