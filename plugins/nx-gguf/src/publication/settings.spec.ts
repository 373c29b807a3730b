import type { Model } from '../core/generated/model.generated.js';
import { publisher, publishes, resolveSettings, splitBytes } from './settings.js';

const model: Model = {
  name: 'model',
  source: { type: 'path', path: '.' },
  quantize: { Q4_K_M: { ftype: 'Q4_K_M' }, Q6_K: { ftype: 'Q6_K' } },
  publish: { to: { type: 'huggingface', repository: 'org/model', branch: 'next', visibility: 'public' } },
};
const resolved = (
  options: Parameters<typeof resolveSettings>[1],
  of: Model = model,
  hub: string | null = null,
) => resolveSettings(of, options, { project: 'project', hub });

describe('where to', () => {
  it.each<[string, Parameters<typeof resolveSettings>[1], object, string]>([
    [
      'as the model file says',
      {},
      { type: 'huggingface', repository: 'org/model', branch: 'next', visibility: 'public' },
      'project',
    ],
    [
      'another repository keeps the rest',
      { repository: 'me/model' },
      { type: 'huggingface', repository: 'me/model', branch: 'next', visibility: 'public' },
      'workspace',
    ],
    [
      'another branch and visibility',
      { branch: 'main', visibility: 'private' },
      { type: 'huggingface', repository: 'org/model', branch: 'main', visibility: 'private' },
      'project',
    ],
    ['a directory instead', { path: 'dist/x' }, { type: 'directory', path: 'dist/x' }, 'workspace'],
    [
      'a git repository instead',
      { url: 'https://example.org/x.git', branch: 'b' },
      { type: 'git', url: 'https://example.org/x.git', branch: 'b' },
      'workspace',
    ],
  ])('%s', (...[, options, to, relativeTo]) => {
    expect(resolved(options)).toMatchObject({ to, relativeTo });
  });

  it.each<[string, Parameters<typeof resolveSettings>[1], Model, string]>([
    ['nowhere', {}, { ...model, publish: {} }, 'NO_DESTINATION'],
    ['two places', { path: 'x', repository: 'me/x' }, model, 'BAD_OPTIONS'],
    ['to make what a directory needs no word for', { path: 'x', create: true }, model, 'BAD_OPTIONS'],
    ['a branch of a directory', { path: 'x', branch: 'b' }, model, 'BAD_OPTIONS'],
    [
      'the visibility of a git repository',
      { url: 'https://example.org/x.git', visibility: 'public' },
      model,
      'BAD_OPTIONS',
    ],
    ['what is no repository', { repository: 'me' }, model, 'HUB_ADDRESS_UNUSABLE'],
    ['one GGUF of a repository', { repository: 'me/x:Q4_K_M' }, model, 'HUB_ADDRESS_UNUSABLE'],
    ['an address of no hub', { repository: 'https://example.org/x' }, model, 'HUB_ADDRESS_UNUSABLE'],
    [
      'the address of a dataset',
      { repository: 'https://huggingface.co/datasets/me/x' },
      model,
      'HUB_ADDRESS_UNUSABLE',
    ],
    ['an option of git for an address', { url: '--upload-pack=x' }, model, 'BAD_MODEL'],
    ['an unknown variant', { variants: ['Q2_K'] }, model, 'VARIANT_MISSING'],
    [
      'a matrix that there is not',
      {},
      { ...model, publish: { ...model.publish, files: ['imatrix'] } },
      'NO_IMATRIX',
    ],
  ])('%s is an error', (...[, options, of, code]) => {
    expect(() => resolved(options, of)).toThrow(expect.objectContaining({ code }) as Error);
  });
});

it('an address of the hub that HF_ENDPOINT names is a repository; another one is told HF_ENDPOINT', () => {
  const repository = 'https://hub.example.org/me/model';
  expect(resolved({ repository }, model, 'https://hub.example.org').to).toMatchObject({
    type: 'huggingface',
    repository: 'me/model',
  });
  // The options have no endpoint, and the token goes to no hub that HF_ENDPOINT does not name.
  expect(() => resolved({ repository })).toThrow(
    expect.objectContaining({
      hint: 'It is of another hub: set HF_ENDPOINT=https://hub.example.org. Your token goes to the hub that HF_ENDPOINT names, and to no other.',
    }) as Error,
  );
});

it('variants: all, those of the model file, those of the option', () => {
  expect(resolved({}).variants).toEqual(['Q4_K_M', 'Q6_K']);
  expect(resolved({}, { ...model, publish: { ...model.publish, variants: ['Q6_K'] } }).variants).toEqual([
    'Q6_K',
  ]);
  expect(resolved({ variants: ['Q4_K_M'] }).variants).toEqual(['Q4_K_M']);
});

it('nothing is split unless a size is declared', () => {
  expect(resolved({}).splitMaxSize).toBeNull();
  expect(resolved({}, { ...model, publish: { ...model.publish, splitMaxSize: '180G' } }).splitMaxSize).toBe(
    '180G',
  );
});

it.each<[string, Model['publish'], boolean, boolean, boolean]>([
  ['when nothing is declared', undefined, true, true, false],
  ['variants', { variants: ['Q6_K'] }, false, true, false],
  ['files without the variants', { files: ['card'] }, false, false, false],
  ['the unquantized GGUF too', { files: ['variants', 'unquantized'] }, true, true, true],
])('GGUFs that are published: %s', (...[, publish, q4, q6, unquantized]) => {
  const of: Model = { ...model, ...(publish === undefined ? {} : { publish }) };
  if (publish === undefined) delete of.publish;
  expect([
    publishes(of, { variant: 'Q4_K_M' }),
    publishes(of, { variant: 'Q6_K' }),
    publishes(of, 'unquantized'),
  ]).toEqual([q4, q6, unquantized]);
});

it('sizes are read as llama-gguf-split reads them', () => {
  expect([splitBytes('40G'), splitBytes('5M')]).toEqual([40e9, 5e6]);
});

it('who publishes: the owner of the repository on a hub', () => {
  expect(publisher(model)).toBe('org');
  expect(publisher({ ...model, publish: { to: { type: 'directory', path: 'x' } } })).toBeNull();
  expect(publisher({ ...model, publish: {} })).toBeNull();
});

it('takes the address of a repository on the hub', () => {
  expect(resolved({ repository: 'https://huggingface.co/me/x' })).toMatchObject({
    to: { type: 'huggingface', repository: 'me/x' },
  });
});
