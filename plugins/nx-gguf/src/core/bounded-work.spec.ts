import { withinTime } from './bounded-work.js';

describe('withinTime', () => {
  it('gives what the work comes to', () => {
    expect(withinTime(() => 'x'.repeat(3), 60_000)).toEqual({ value: 'xxx' });
    expect(withinTime(() => null, 60_000)).toEqual({ value: null });
  });

  it('passes on what the work throws', () => {
    const error = new RangeError('own');
    expect(() =>
      withinTime(() => {
        throw error;
      }, 60_000),
    ).toThrow(error);
  });

  it('ends a regular expression that would not end, and works again after it', () => {
    const endless = /^(a+)+$/;
    expect(withinTime(() => endless.test(`${'a'.repeat(63)}!`), 20)).toBeNull();
    expect(withinTime(() => 1, 60_000)).toEqual({ value: 1 });
  });
});
