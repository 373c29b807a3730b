import type { HubPlace } from '../upstream/hub/hub-errors.js';
import { lfsObjectError } from './hub-write-errors.js';

const place: HubPlace = {
  endpoint: 'https://hub.example.org',
  kind: 'model',
  repository: 'me/model-GGUF',
  revision: 'main',
  hasToken: true,
};

it.each<[string, number, string, RegExp | undefined]>([
  ['Private repository storage limit reached', 403, 'HUB_STORAGE_FULL', /The token is good/],
  ['Authorization error.', 403, 'HUB_FORBIDDEN', /HF_TOKEN/],
  ['Maximum individual file size is 50.0GB', 422, 'FILE_TOO_LARGE', /splitMaxSize/],
  ['', 413, 'FILE_TOO_LARGE', /splitMaxSize/],
  ['Invalid oid', 422, 'HUB_REFUSED', undefined],
])('one file that Git LFS refuses with %j (%i): %s', (...[message, status, code, hint]) => {
  const error = lfsObjectError({ oid: 'a'.repeat(64), size: 7 }, { code: status, message }, place);
  expect([error.code, error.hint]).toEqual([
    code,
    hint === undefined ? undefined : expect.stringMatching(hint),
  ]);
  expect(error.message).toContain('me/model-GGUF: a file of 7 bytes');
});
