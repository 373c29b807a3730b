import { isNamed } from './place-requested.js';

describe('isNamed', () => {
  it.each([
    ['quantize:Q6_K', ['run', 'tiny:quantize:Q6_K'], true],
    ['quantize:Q6_K', ['run', 'tiny:quantize'], true],
    ['quantize:Q6_K', ['run-many', '-t', 'quantize', 'kld'], true],
    ['quantize:Q6_K', ['run-many', '--targets=kld,quantize'], true],
    ['quantize:Q6_K', ['affected', '-t=quantize'], true],
    ['quantize:Q6_K', ['quantize', 'tiny'], true],
    ['quantize:Q6_K', ['run', 'tiny:card'], false],
    ['quantize:Q6_K', ['run', 'tiny:quantize:Q5_K_M'], false],
    ['convert', ['run', 'tiny:quantize'], false],
    ['card', ['run', 'tiny:card'], true],
  ])('%s of %j: %s', (target, argv, expected) => {
    expect(isNamed(target, argv)).toBe(expected);
  });
});
