import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { isGgufError } from '../../core/errors.js';
import { testContext, type TestContext } from '../testing/context.js';
import { resolveHub } from './resolve-hub.js';

const sha = '1'.repeat(40);
const deep = '['.repeat(9_000) + ']'.repeat(9_000);
const file = '{"type":"file","path":"config.json","size":2,"oid":"44a3e1e9f0b4b1d2a6b8e5cbf0e05d2c5b0f2c11"}';

let server: Server;
let context: TestContext;
/** What the hub says of a repository, and of its files. */
const answers = { repository: '', files: '' };

beforeAll(async () => {
  server = createServer((request, response) => {
    const isList = /\/(?:tree|paths-info)\//.test(request.url ?? '');
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end(isList ? answers.files : answers.repository);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  context = await testContext({ HF_ENDPOINT: `http://127.0.0.1:${port}` }, { attempts: 1 });
});

afterAll(async () => {
  server.close();
  server.closeAllConnections();
  await context.remove();
});

/** The code of what a source is refused with; whatever has none is thrown. */
async function refusal(repository: string, files: string, include?: string[]): Promise<string> {
  Object.assign(answers, { repository, files });
  return resolveHub(
    { type: 'huggingface', repository: 'org/model', ...(include === undefined ? {} : { include }) },
    context,
  ).then(
    () => 'none',
    (error: unknown) => {
      if (isGgufError(error)) return error.code;
      throw error;
    },
  );
}

describe('a hub that answers', () => {
  it.each([
    ['lists in lists', `{"sha":"${sha}","config":${deep}}`],
    ['half of a surrogate pair', `{"sha":"${sha}","id":"\\ud800"}`],
    ['a number without end', `{"sha":"${sha}","downloads":1e999}`],
    ['a name twice', `{"sha":"${sha}","sha":"${'2'.repeat(40)}"}`],
    ['nothing', 'null'],
    ['a list', '[]'],
    ['no commit', '{"sha":{"toString":1}}'],
    ['no JSON', '{"sha":'],
  ])('%s about a repository is no hub', async (_, text) => {
    await expect(refusal(text, `[${file}]`)).resolves.toBe('HUB_UNUSABLE');
  });

  it.each([
    ['lists in lists', `[${file},${deep}]`],
    ['half of a surrogate pair', `[${file.replace('config', '\\ud800')}]`],
    ['a name twice', `[${file.replace('"size"', '"path":"b","size"')}]`],
    ['entries that are nothing', '[null]'],
    ['a size that no file has', `[${file.replace(':2,', ':1e26,')}]`],
    ['a size below nothing', `[${file.replace(':2,', ':-1,')}]`],
    ['a size in words', `[${file.replace(':2,', ':"2",')}]`],
    ['no size', `[${file.replace('"size":2,', '')}]`],
    ['an object of no LFS', `[${file.replace('"oid"', '"lfs":null,"oid"')}]`],
    ['one object', file],
  ])('%s for a list of files is no hub', async (_, text) => {
    await expect(refusal(`{"sha":"${sha}"}`, text)).resolves.toBe('HUB_UNUSABLE');
    await expect(refusal(`{"sha":"${sha}"}`, text, ['config.json'])).resolves.toBe('HUB_UNUSABLE');
  });

  it('anything else is refused with a code', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            at: fc.nat(file.length),
            gone: fc.nat(6),
            put: fc.constantFrom('', '0', '"', '[', '{}', 'null', '-', ','),
          }),
          { minLength: 1, maxLength: 3 },
        ),
        async (splices) => {
          const text = splices.reduce(
            (list, { at, gone, put }) => list.slice(0, at) + put + list.slice(at + gone),
            file,
          );
          await refusal(`{"sha":"${sha}"}`, `[${text}]`);
        },
      ),
      { seed: 7, numRuns: 60 },
    );
  });
});
