import { mayNameConfiguration, unknownVariant } from './misspelt-target.js';

const targets = (prefix = '') =>
  Object.fromEntries(
    ['quantize', 'quantize:Q4_K_M', 'quantize:Q6_K', 'kld', 'kld:Q4_K_M', 'convert'].map((name) => [
      `${prefix}${name}`,
      {},
    ]),
  );
const projects = {
  '@me/tiny': {
    root: 'models/a',
    tags: ['nx-gguf:model'],
    targets: { ...targets(), kld: { configurations: { fast: {} } } },
  },
  web: { root: 'b', targets: targets() },
};

/** What a command line is refused with, or null. */
function refusal(
  command: string,
  { given = projects, prefix = '' }: { given?: typeof projects; prefix?: string } = {},
): string | null {
  const argv = ['node', 'nx', ...command.split(' ')];
  return mayNameConfiguration(argv, prefix)
    ? (unknownVariant(argv, given, prefix)?.error.message ?? null)
    : null;
}

describe('a target with a typo', () => {
  it.each<[string, string]>([
    [
      'run @me/tiny:quantize:Q4_KM',
      '@me/tiny:quantize:Q4_KM: there is no "Q4_KM" (did you mean \'Q4_K_M\'?)',
    ],
    ['run tiny:quantize:nothing', '@me/tiny:quantize:nothing: there is no "nothing"'],
    ['run models/a:quantize:nothing', '@me/tiny:quantize:nothing: there is no "nothing"'],
    ['run ./models/a/:quantize:nothing', '@me/tiny:quantize:nothing: there is no "nothing"'],
    ['run quantize:Q4_KM', '@me/tiny:quantize:Q4_KM: there is no "Q4_KM" (did you mean \'Q4_K_M\'?)'],
    ['run tiny:kld:Q6_K', '@me/tiny:kld:Q6_K: there is no "Q6_K"'],
    ['run-many -t quantize:Q4_K_M,quantize:Q9', '@me/tiny:quantize:Q9: there is no "Q9"'],
  ])('is refused: %s', (command, message) => {
    expect(refusal(command)).toBe(message);
  });

  it.each([
    'run @me/tiny:quantize -c Q4_KM',
    'quantize @me/tiny --configuration=Q4_KM',
    'quantize -c Q4_KM',
    'run --project=tiny --target=quantize --configuration=Q4_KM',
    'run @me/tiny:quantize --c=Q4_KM',
  ])('is refused as a configuration: %s', (command) => {
    expect(refusal(command)).toBe('@me/tiny:quantize:Q4_KM: there is no "Q4_KM" (did you mean \'Q4_K_M\'?)');
  });

  it.each(['run tiny:quantize:Q6_K', 'run models/a:quantize:Q6_K', 'run @me/tiny:quantize -c Q6_K'])(
    'is refused when Nx would take a variant for a configuration: %s',
    (command) => {
      expect(refusal(command)).toBe(
        'Nx takes "Q6_K" for a configuration of @me/tiny:quantize here, and would run them all',
      );
    },
  );

  it.each([
    'run @me/tiny:quantize:Q4_K_M',
    'run @me/tiny:quantize:Q6_K:fast',
    'run tiny:quantize',
    'run tiny:convert:x',
    'run web:quantize:Q4',
    'run tiny:kld:fast',
    'run @me/tiny:kld -c fast',
    'run quantize:Q6_K',
    'run-many -t quantize -c prod',
    'affected -t quantize -c prod',
    'run other:quantize:x',
    'run-many -t quantize:Q4_K_M',
    'run web:build -c prod',
    'build web -c prod',
  ])('is not: %s', (command) => {
    expect(refusal(command)).toBeNull();
  });

  it('is known with a prefix too', () => {
    const given = {
      ...projects,
      '@me/tiny': { ...projects['@me/tiny'], targets: targets('gguf:') },
    } as unknown as typeof projects;
    expect(refusal('run @me/tiny:gguf:quantize:Q4', { given, prefix: 'gguf:' })).toBe(
      '@me/tiny:gguf:quantize:Q4: there is no "Q4"',
    );
    expect(refusal('run @me/tiny:gguf:quantize:Q6_K', { given, prefix: 'gguf:' })).toBeNull();
  });
});
