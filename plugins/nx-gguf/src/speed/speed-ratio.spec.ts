import { seededRandom } from '../core/seeded-random.js';
import { firstOfPair, speedRatio } from './speed-ratio.js';

const random = seededRandom(41);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Pairs on a machine whose speed drifts and jumps between pairs, while single runs vary by `noise`. */
function pairsOf(count: number, { ratio, noise }: { ratio: number; noise: number }) {
  return Array.from({ length: count }, () => {
    const machine = 100 * Math.exp(0.5 * normal());
    return { a: machine * ratio * Math.exp(noise * normal()), b: machine * Math.exp(noise * normal()) };
  });
}

describe('the ratio of two speeds', () => {
  it("is the geometric mean of the pairs, with the interval of Student's t over their logarithms", () => {
    const pairs = [
      { a: 20, b: 10 },
      { a: 40, b: 10 },
      { a: 80, b: 10 },
    ];
    const margin = (4.3027 * Math.LN2) / Math.sqrt(3);
    expect(speedRatio(pairs)).toEqual({
      value: expect.closeTo(4, 10) as number,
      low: expect.closeTo(4 * Math.exp(-margin), 10) as number,
      high: expect.closeTo(4 * Math.exp(margin), 10) as number,
      confidence: 0.95,
      verdict: 'undecided',
    });
  });

  it.each([
    [
      'a',
      [
        { a: 12, b: 10 },
        { a: 24, b: 20 },
        { a: 6.1, b: 5 },
      ],
    ],
    [
      'b',
      [
        { a: 10, b: 12 },
        { a: 20, b: 24 },
        { a: 5, b: 6.1 },
      ],
    ],
    [
      'undecided',
      [
        { a: 12, b: 10 },
        { a: 20, b: 24 },
        { a: 6.1, b: 5 },
      ],
    ],
    [
      'undecided',
      [
        { a: 10, b: 10 },
        { a: 10, b: 10 },
      ],
    ],
  ])('has the verdict %s when the pairs say so', (verdict, pairs) => {
    expect(speedRatio(pairs).verdict).toBe(verdict);
  });

  it('is the inverse when the models change places', () => {
    const pairs = pairsOf(5, { ratio: 1.3, noise: 0.1 });
    const [there, back] = [speedRatio(pairs), speedRatio(pairs.map(({ a, b }) => ({ a: b, b: a })))];
    expect([back.value, back.low, back.high]).toEqual(
      [1 / there.value, 1 / there.high, 1 / there.low].map((value) => expect.closeTo(value, 10) as number),
    );
  });

  it.each([3, 6, 40])(
    'of equal models is called decided in 5 of 100 cases with %d pairs, and its interval holds the truth in 95',
    (count) => {
      const rounds = 4000;
      let decided = 0;
      let held = 0;
      for (let round = 0; round < rounds; round += 1) {
        if (speedRatio(pairsOf(count, { ratio: 1, noise: 0.1 })).verdict !== 'undecided') decided += 1;
        const { low, high } = speedRatio(pairsOf(count, { ratio: 1.21, noise: 0.1 }));
        if (low <= 1.21 && high >= 1.21) held += 1;
      }
      expect(decided / rounds).toBeGreaterThan(0.035);
      expect(decided / rounds).toBeLessThan(0.065);
      expect(held / rounds).toBeGreaterThan(0.935);
      expect(held / rounds).toBeLessThan(0.965);
    },
  );

  it('finds a tenth on a machine whose own speed varies by half', () => {
    const found = Array.from(
      { length: 200 },
      () => speedRatio(pairsOf(6, { ratio: 1.1, noise: 0.03 })).verdict,
    );
    expect(found.filter((verdict) => verdict === 'a').length).toBeGreaterThan(180);
  });
});

describe('the order of a pair', () => {
  it('changes from pair to pair', () => {
    expect([0, 1, 2, 3].map(firstOfPair)).toEqual(['a', 'b', 'a', 'b']);
  });
});
