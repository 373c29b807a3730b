import { jest } from '@jest/globals';
import type { PublishHub } from '../core/generated/model.generated.js';
import type { TestContext } from '../upstream/testing/context.js';
import { bytesOf, largeContent } from '../upstream/testing/hub-content.js';
import type { HubServer } from '../upstream/testing/hub-server.js';
import { startPublishingHub } from '../upstream/testing/publishing-hub.js';
import { hubDestination } from './hub.js';
import { publishFiles, storedFiles } from './testing/publish.js';

const to: PublishHub = { type: 'huggingface', repository: 'me/model-GGUF' };

// A loaded machine takes its time.
jest.setTimeout(60_000);

let hub: HubServer;
let context: TestContext;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ hub, context, close } = await startPublishingHub());
});

afterEach(() => close());

const publish = async (card: string) =>
  publishFiles(
    await storedFiles(context.store, {
      'README.md': card,
      'model-Q4_K_M.gguf': bytesOf(largeContent(1 << 20)),
    }),
    (request) => hubDestination(to, request, context),
    { create: true },
  );
const metadata = (lines: string) => `---\n${lines}\n---\n# model\n`;
const warnings = () => context.events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
const asked = () => hub.seen.filter(({ url }) => url === '/api/validate-yaml');

describe('a card that the hub does not take', () => {
  it.each<[string, string, RegExp]>([
    ['an unknown licence', 'license: apache', /"license" must be one of \[apache-2\.0,/],
    [
      'a directory as base model',
      'base_model: /data/merged',
      /"base_model" with value "\/data\/merged" is not valid/,
    ],
    ['no YAML', 'tags: [gguf', /YAML: /],
    ['two faults, told together', 'license: apache\nbase_model: x', /"license".*\n.*"base_model"/],
  ])('%s: nothing is made or sent', async (...[, lines, message]) => {
    await expect(publish(metadata(lines))).rejects.toMatchObject({
      code: 'CARD_REFUSED',
      message: expect.stringMatching(message) as unknown,
      hint: expect.stringContaining('Nothing was made or sent') as unknown,
    });
    expect(hub.repos).toEqual([]);
    expect(hub.seen.filter(({ method }) => method !== 'GET')).toEqual(asked());
  });
});

it('warnings of the hub are told once, and the card is published', async () => {
  await publish(metadata('pipeline_tag: text-to-nothing'));
  expect(warnings()).toEqual([
    'me/model-GGUF: README.md: The pipeline tag "text-to-nothing" is not in the official list',
  ]);
  expect(hub.repos[0]?.commits).toHaveLength(2);
});

it('a card that is not published is not asked about', async () => {
  const card = metadata('license: mit');
  await publish(card);
  hub.seen.length = 0;
  await publish(card);
  expect(asked()).toEqual([]);
});

it.each<[string, { status: number; body?: unknown }]>([
  ['does not know the question', { status: 404 }],
  ['does not allow it', { status: 405, body: '<html>' }],
  ['answers with a page', { status: 200, body: '<html>' }],
])('a hub that %s is published to all the same', async (...[, reply]) => {
  hub.faults.push({ host: 'hub', url: /validate-yaml/, times: 1, ...reply });
  await publish(metadata('license: mit'));
  expect(hub.repos[0]?.commits).toHaveLength(2);
  expect(warnings()).toEqual([]);
});

it.each<[string, { status?: number; losesAnswer?: boolean }, string, number]>([
  ['answers 503', { status: 503 }, 'the server answered 503: fault 503', 3],
  ['closes the connection', { losesAnswer: true }, 'the connection was closed', 3],
  ['does not let it through', { status: 403 }, 'it answered 403: fault 403', 1],
])('a hub whose check %s is published to, with a warning', async (...[, reply, why, attempts]) => {
  hub.faults.push({ host: 'hub', url: /validate-yaml/, times: 9, ...reply });
  await publish(metadata('license: mit'));
  expect(hub.repos[0]?.commits).toHaveLength(2);
  expect(asked()).toHaveLength(attempts);
  expect(warnings()).toEqual([
    `me/model-GGUF: the hub did not check the card (README.md) before the upload: ${why}; it checks it with the commit, after the upload`,
  ]);
});

it('the words of a hub that only says no are in the message', async () => {
  hub.faults.push({
    host: 'hub',
    url: /validate-yaml/,
    times: 1,
    status: 400,
    body: { error: 'bad\u001b[2J card' },
  });
  await expect(publish(metadata('license: mit'))).rejects.toMatchObject({
    code: 'CARD_REFUSED',
    message: 'me/model-GGUF: the hub does not take the card (README.md)\nbad [2J card',
  });
});

it('a repository that has another name by now is published to, with one notice of the name', async () => {
  const card = metadata('license: mit');
  await publish(card);
  const [repo] = hub.repos;
  if (repo !== undefined) hub.repos[0] = { ...repo, name: 'me/new-GGUF', formerNames: ['me/model-GGUF'] };
  await publish(`${card}more\n`);
  expect(hub.repos[0]?.commits).toHaveLength(3);
  expect(warnings()).toEqual([
    'me/model-GGUF is named me/new-GGUF by now, and the hub redirects to it; write "repository": "me/new-GGUF" under "publish" in model.json: a redirect ends when somebody takes the old name',
  ]);
});
