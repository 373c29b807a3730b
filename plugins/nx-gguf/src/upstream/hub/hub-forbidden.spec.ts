import { hubError } from './hub-errors.js';
import { hubForbidden } from './hub-forbidden.js';

const tokenHint = 'Check the token.';
const page = 'https://hub.example.org/org/model-GGUF';
const told = (says: string, code?: string) =>
  hubForbidden({ of: 'org/model-GGUF', page, code, says, tokenHint });

// Words of the hub, as public reports quote them.
describe('a 403 says what helps', () => {
  it.each<[string, string, RegExp]>([
    [
      'Private repository storage limit reached, please upgrade your plan to increase your private storage limit',
      'HUB_STORAGE_FULL',
      /token is good.*List LFS files/,
    ],
    ['Repository storage limit reached (Max: 1 GB)', 'HUB_STORAGE_FULL', /no room left/],
    [
      'Your storage patterns tripped our internal systems! Please contact us at website@huggingface.co',
      'HUB_STORAGE_FULL',
      /get more storage/,
    ],
    [
      'Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request',
      'HUB_FORBIDDEN',
      /No other token of this account helps/,
    ],
    ['org forbids the creation of public models.', 'HUB_FORBIDDEN', /"visibility": "private"/],
    [
      'You have reached the limit of private repositories of this plan',
      'HUB_FORBIDDEN',
      /"visibility": "public"/,
    ],
    [
      'Private repositories are not available for this organization, please upgrade',
      'HUB_FORBIDDEN',
      /"visibility": "public"/,
    ],
    [
      'You don\'t have the rights to create a model under the namespace "org"',
      'HUB_FORBIDDEN',
      /Correct the owner/,
    ],
    [
      'Please enable access to public gated repositories in your fine-grained token settings to view this repository.',
      'HUB_FORBIDDEN',
      /^Tick "Read access to contents of all public gated repos/,
    ],
    [
      'Your request to access model org/x is awaiting a review from the repo authors.',
      'HUB_GATED',
      /^Its conditions are accepted; wait/,
    ],
    [
      "Your request to access model org/x has been rejected by the repo's authors.",
      'HUB_GATED',
      /No other token of this account helps/,
    ],
    ['Access to this resource is disabled.', 'HUB_FORBIDDEN', /for the reason/],
    ['Authorization error.', 'HUB_FORBIDDEN', /^Check the token\.$/],
    ['', 'HUB_FORBIDDEN', /^Check the token\.$/],
  ])('%s', (says, code, hint) => {
    const error = told(says);
    expect([error.code, error.hint]).toEqual([code, expect.stringMatching(hint)]);
    expect(error.message).toContain(says);
  });

  it('of a gated repository by its code, whatever the words', () => {
    expect(told('Access to model org/x is restricted.', 'GatedRepo')).toMatchObject({
      code: 'HUB_GATED',
      hint: `Accept its conditions at ${page}, then run this again.`,
    });
  });
});

it('of fetching, whose words are in a header', () => {
  const headers: Record<string, string> = { 'x-error-message': 'Access to this resource is disabled.' };
  const error = hubError(
    { status: 403, header: (name) => headers[name] },
    {
      endpoint: 'https://hub.example.org',
      kind: 'model',
      repository: 'org/x',
      revision: 'main',
      hasToken: true,
    },
    'model.gguf',
  );
  expect(error).toMatchObject({
    code: 'HUB_FORBIDDEN',
    message:
      'org/x model.gguf: the hub has disabled this repository (403): Access to this resource is disabled.',
    hint: 'See https://hub.example.org/org/x for the reason.',
  });
});
