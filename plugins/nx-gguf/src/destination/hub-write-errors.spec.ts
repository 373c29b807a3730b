import type { HubPlace } from '../upstream/hub/hub-errors.js';
import { hubWriteError, lfsObjectError } from './hub-write-errors.js';

const place: HubPlace = {
  endpoint: 'https://hub.example.org',
  kind: 'model',
  repository: 'me/model-GGUF',
  revision: 'main',
  hasToken: true,
};

it.each<[string, number, string, RegExp]>([
  ['Private repository storage limit reached', 403, 'HUB_STORAGE_FULL', /The token is good/],
  ['Authorization error.', 403, 'HUB_FORBIDDEN', /HF_TOKEN/],
  ['Maximum individual file size is 50.0GB', 422, 'FILE_TOO_LARGE', /splitMaxSize/],
  ['', 413, 'FILE_TOO_LARGE', /splitMaxSize/],
  ['Invalid oid', 422, 'HUB_REFUSED', /run it again/],
  ['Insufficient storage', 507, 'HUB_STORAGE_FULL', /The token is good/],
  ['', 404, 'HUB_REFUSED', /run it again/],
])('one file that Git LFS refuses with %j (%i): %s', (...[message, status, code, hint]) => {
  const error = lfsObjectError({ oid: 'a'.repeat(64), size: 7 }, { code: status, message }, place);
  expect([error.code, error.hint]).toEqual([code, expect.stringMatching(hint)]);
  expect(error.message).toContain('me/model-GGUF: a file of 7 bytes');
});

it.each([
  [
    { error: 'Bad card', errors: [{ message: '"license" must be one of' }] },
    'Bad card; "license" must be one of',
  ],
  [{ error: ['one', 'two'] }, 'one; two'],
  [{ message: 'LFS is disabled', request_id: '7' }, 'LFS is disabled'],
])('the words of %j are shown', (body, words) => {
  const { message } = hubWriteError(
    { status: 422, header: () => undefined, text: JSON.stringify(body) },
    place,
  );
  expect(message).toBe(`me/model-GGUF: https://hub.example.org answered 422: ${words}`);
});

it.each([
  [true, 'REPOSITORY_EXISTS', /without --create/],
  [false, 'HUB_REFUSED', /when that is done/],
])('a conflict (409) while something is made (%s) is %s', (isMaking, code, hint) => {
  const answer = { status: 409, header: () => undefined, text: '' };
  const error = hubWriteError(answer, place, isMaking);
  expect([error.code, error.hint]).toEqual([code, expect.stringMatching(hint)]);
});
