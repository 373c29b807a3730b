import { jest } from '@jest/globals';
import { createCipheriv } from 'node:crypto';
import { commit } from '@huggingface/hub';
import type { PublishHub } from '../core/generated/model.generated.js';
import type { TestContext } from '../upstream/testing/context.js';
import { bytesOf, contentOf } from '../upstream/testing/hub-content.js';
import type { HubServer } from '../upstream/testing/hub-server.js';
import { startPublishingHub, writerToken as token } from '../upstream/testing/publishing-hub.js';
import { hubDestination } from './hub.js';
import { publishFiles, storedFiles } from './testing/publish.js';

const to: PublishHub = { type: 'huggingface', repository: 'me/model-GGUF' };
const partBytes = 1 << 18;
/** Noise, as the weights of a quantized model are: no chunk of it gets smaller. */
const large = contentOf(
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(12 * partBytes + 7)),
);

// A loaded machine takes its time.
jest.setTimeout(60_000);

let hub: HubServer;
let context: TestContext;
let close: () => Promise<void>;

beforeEach(async () => {
  ({ hub, context, close } = await startPublishingHub({ partBytes }));
});

afterEach(() => close());

const publish = async () =>
  publishFiles(
    await storedFiles(context.store, { 'model.gguf': bytesOf(large) }),
    (request) => hubDestination(to, request, context),
    { create: true },
  );
const received = () =>
  hub.seen.filter(({ host }) => host === 'cdn').reduce((sum, { receivedBytes }) => sum + receivedBytes, 0);
const committed = () => hub.repos[0]?.commits.at(-1)?.files['model.gguf']?.sha256;

// Why uploads do not go over Xet, although the hub's client offers it: see docs/publishing.md. When these
// fail, the client has learned what it lacks, and the decision is to be made anew.
describe("the Xet upload of the hub's own client", () => {
  const upload = () =>
    commit({
      repo: { type: 'model', name: 'me/model-GGUF' },
      title: 'model',
      operations: [
        { operation: 'addOrUpdate', path: 'model.gguf', content: new Blob([Buffer.from(bytesOf(large))]) },
      ],
      hubUrl: hub.endpoint,
      accessToken: token,
      useXet: true,
    });

  beforeEach(async () => {
    await publishFiles(
      await storedFiles(context.store, { 'README.md': '# model\n' }),
      (request) => hubDestination(to, request, context),
      { create: true },
    );
    hub.seen.length = 0;
  });

  it('arrives whole', async () => {
    await upload();
    expect(committed()).toBe(large.sha256);
    expect(received()).toBeGreaterThan(large.sizeBytes);
  });

  it('sends everything again after it broke off before its end, where we send the parts that are missing', async () => {
    hub.faults.push({ host: 'cdn', method: 'POST', url: /shards$/, times: 1, status: 500 });
    await expect(upload()).rejects.toMatchObject({ statusCode: 500 });
    hub.seen.length = 0;
    await upload();
    expect(received()).toBeGreaterThan(large.sizeBytes);
  });

  it('has no second try for a block, where we try each part again', async () => {
    hub.faults.push({ host: 'cdn', method: 'POST', url: /xorbs/, times: 1, status: 503 });
    await expect(upload()).rejects.toMatchObject({ statusCode: 503 });
  });
});

describe('our uploads to a hub that knows Xet', () => {
  it('go over Git LFS, and go on where they stopped', async () => {
    hub.faults.push({ host: 'cdn', method: 'PUT', url: /partNumber=12/, times: 9, status: 507 });
    await expect(publish()).rejects.toMatchObject({ code: 'UPLOAD_FAILED' });
    hub.faults.length = 0;
    hub.seen.length = 0;
    await publish();
    expect(committed()).toBe(large.sha256);
    expect(hub.xorbs.size).toBe(0);
    expect(received()).toBeLessThan(large.sizeBytes);
  });
});
