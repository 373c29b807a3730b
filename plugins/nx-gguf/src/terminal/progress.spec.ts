import { progressLine, progressReporter } from './progress.js';

const at = (done: number, total: number | null = 100) =>
  ({ type: 'progress', label: 'quantizing', done, total, unit: 'tensors' }) as const;

function recorder(isTerminal: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  return {
    written,
    clock,
    ...progressReporter({ write: (text) => written.push(text), isTerminal, nowMs: () => clock.ms }),
  };
}

describe('progressLine', () => {
  it.each([
    [at(25), 5_000, 'quantizing 25 % (25/100 tensors, 5.0/s, 15 s left)'],
    [at(0), 0, 'quantizing 0 % (0/100 tensors, 0.0/s)'],
    [at(7, null), 1_000, 'quantizing (7 tensors, 7.0/s)'],
    [
      { type: 'progress', label: 'hashing', done: 1 << 30, total: 4 * 2 ** 30, unit: 'bytes' } as const,
      2_000,
      'hashing 25 % (1 GiB/4 GiB, 512 MiB/s, 6 s left)',
    ],
    [
      { type: 'progress', label: 'waiting', done: 61, total: 271, unit: 'seconds' } as const,
      61_000,
      'waiting 22 % (3 min 30 s left)',
    ],
    [at(1), 60_000, 'quantizing 1 % (1/100 tensors, 0.0/s, 1 h 39 min left)'],
  ])('%j after %i ms', (event, elapsedMs, line) => {
    expect(progressLine(event, elapsedMs)).toBe(line);
  });
});

describe('progressReporter', () => {
  it('rewrites one line on a terminal and clears it at the end', () => {
    const { written, clock, report, end } = recorder(true);
    for (const done of [1, 2, 3]) {
      report(at(done));
      clock.ms += 500;
    }
    end();
    expect(written.join('')).not.toContain('\n');
    expect(written.at(-1)).toBe('\r\x1b[J');
    expect(written).toHaveLength(4);
  });

  it('tells the same warning once', () => {
    const { written, report } = recorder(false);
    for (const message of ['a', 'b', 'a']) report({ type: 'warning', message });
    report({ type: 'step', message: 'a' });
    report({ type: 'step', message: 'a' });
    expect(written).toEqual(['warning: a\n', 'warning: b\n', 'a\n', 'a\n']);
  });

  it('writes a line for each tenth elsewhere', () => {
    const { written, clock, report } = recorder(false);
    for (let done = 0; done <= 100; done++) {
      report(at(done));
      clock.ms += 1_000;
    }
    expect(written).toHaveLength(10);
    expect(written.every((line) => line.endsWith('\n'))).toBe(true);
  });

  it('writes nothing about quick work elsewhere', () => {
    const { written, clock, report } = recorder(false);
    for (let done = 0; done <= 100; done++) {
      report(at(done));
      clock.ms += 10;
    }
    expect(written).toEqual([]);
  });

  it('shows warnings as lines of their own', () => {
    const { written, report } = recorder(true);
    report(at(1));
    report({ type: 'warning', message: 'low on space' });
    expect(written.slice(-2)).toEqual(['\r\x1b[J', 'warning: low on space\n']);
  });

  const together = (a: number, b: number) => ({
    ...at(Math.min(a, b)),
    parts: [
      { name: 'Q4_K_M', done: a, figure: '0.03' },
      { name: 'Q6_K', done: b },
    ],
  });

  it('shows each part with its own rate and time left in a line of its own on a terminal, without wrapping, and clears all of them', () => {
    const { written, clock, report, end } = recorder(true);
    report(together(0, 0));
    clock.ms = 10_000;
    report(together(50, 20));
    expect(written.at(-1)).toBe(
      [
        '\r\x1b[J\x1b[?7lquantizing 20 % (20/100 tensors, 2.0/s, 40 s left)',
        '  Q4_K_M 50 % (50/100 tensors, 5.0/s, 10 s left): 0.03',
        '  Q6_K   20 % (20/100 tensors, 2.0/s, 40 s left)\x1b[?7h\x1b[2A\r',
      ].join('\n'),
    );
    end();
    expect(written.at(-1)).toBe('\r\x1b[J');
  });

  it('names the parts in the one line elsewhere, those that are ahead with how far', () => {
    const { written, clock, report } = recorder(false);
    report(together(0, 0));
    clock.ms = 10_000;
    report(together(50, 20));
    expect(written).toEqual(['quantizing 20 % (20/100 tensors, 2.0/s, 40 s left): Q4_K_M (50) 0.03, Q6_K\n']);
  });
});
