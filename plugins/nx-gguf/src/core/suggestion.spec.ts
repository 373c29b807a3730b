import { didYouMean, nearestName } from './suggestion.js';

const names = ['q4_K', 'q5_K', 'iq2_xxs', 'Q4_K_M'];

describe('nearestName', () => {
  it.each([
    ['q4k', 'q4_K'],
    ['Q4_K_N', 'Q4_K_M'],
    ['iq2_xs', 'iq2_xxs'],
    ['quantized', null],
    ['', null],
  ])('%p is near %p', (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });

  it('becomes a question, or nothing', () => {
    expect(didYouMean('q4k', names)).toBe(" (did you mean 'q4_K'?)");
    expect(didYouMean('zzz', names)).toBe('');
  });
});
