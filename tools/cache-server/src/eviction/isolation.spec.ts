import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { sha256 } from 'nx-gguf/store';
import { nxArchive, startTestServer, type TestServer } from '../testing/running-server.js';
import {
  actionOf,
  contents,
  untrustedRequests,
  untrustedSender,
  type UntrustedRequest,
} from '../testing/untrusted-requests.js';

const kib = 1024;
/** Announces an upload of 12 KiB. */
const announce = async (server: TestServer, name: string, token: string): Promise<number> =>
  (
    await server.send('POST', '/uploads', {
      token,
      headers: {
        'tus-resumable': '1.0.0',
        'upload-length': 12 * kib,
        'upload-metadata': `sha256 ${Buffer.from(sha256(name)).toString('base64')}`,
      },
    })
  ).status;

/** Everything that is trusted: documents, and blobs that are there. */
function trustedData({ directory }: TestServer): string[] {
  const space = join(directory, 'spaces/trusted');
  return readdirSync(space, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.json'))
    .map((name) => {
      const key = name.slice(-69, -5);
      const isThere =
        !name.startsWith('claims') || existsSync(join(directory, 'blobs', key.slice(0, 2), key));
      return isThere ? name : `${name} without its blob`;
    })
    .sort();
}

/** What the team does: the same each time, and it evicts what it used least. */
async function fill(server: TestServer): Promise<void> {
  for (let which = 0; which < 8; which++) await putContent(server, which);
  for (const which of [0, 3, 5]) {
    const { key, body } = actionOf(which);
    expect((await server.send('PUT', `/ac/${key}`, { body })).status).toBe(200);
  }
  // Entries of Nx may come before the blobs that they name.
  for (const which of [1, 10]) {
    const body = await nxArchive({ 'artifact.json': actionOf(which).body });
    expect((await server.send('PUT', `/v1/cache/${which}`, { body })).status).toBe(200);
  }
}

async function putContent(server: TestServer, which: number): Promise<void> {
  const body = contents[which] ?? '';
  expect((await server.send('PUT', `/cas/${sha256(body)}`, { body })).status).toBe(201);
}

describe('what untrusted namespaces do', () => {
  it('evicts nothing that is trusted, though they announce as much as they may', async () => {
    const server = await startTestServer({ maxBytes: 200 * kib, graceMinutes: 0 });
    const texts = Array.from({ length: 9 }, (_, index) => `${index}`.padEnd(20 * kib, '.'));
    for (const body of texts)
      expect((await server.send('PUT', `/cas/${sha256(body)}`, { body })).status).toBe(201);
    const pull = await server.token({ namespace: 'pr-1' });
    // It would choose what goes, by reading all the rest.
    for (const body of texts.slice(3))
      expect((await server.send('GET', `/cas/${sha256(body)}`, { token: pull })).status).toBe(200);
    const answers: number[] = [];
    for (let turn = 0; turn < 4; turn++) answers.push(await announce(server, `${turn}`, pull));
    expect(
      (await server.send('PUT', `/cas/${sha256('x')}`, { token: pull, body: 'x'.repeat(21 * kib) })).status,
    ).toBe(507);
    let kept = 0;
    for (const body of texts) if ((await server.send('HEAD', `/cas/${sha256(body)}`)).status === 200) kept++;
    expect([kept, answers[0]]).toEqual([9, 201]);
  });

  it('changes nothing of what is trusted, now or when the trusted write more, whatever it is and in whatever order', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(untrustedRequests(20), async (requests: UntrustedRequest[]) => {
        let time = 0;
        const config = {
          maxBytes: 64_000,
          graceMinutes: 0,
          highWater: 0.9,
          lowWater: 0.6,
          untrustedShare: 0.4,
        };
        const start = (): Promise<TestServer> =>
          startTestServer({ ...config, anonymous: 'read' }, { now: () => time, wall: () => 1e12 });
        const [attacked, quiet] = await Promise.all([start(), start()]);
        const both = async (work: (server: TestServer) => Promise<void>): Promise<void> => {
          time += 1000;
          await Promise.all([attacked, quiet].map(work));
          await Promise.all([attacked, quiet].map(({ server }) => server.upkeep()));
        };
        await both(fill);
        const tokens = [
          await attacked.token({ namespace: 'pr-1' }),
          await attacked.token({ namespace: 'pr-2' }),
          null,
        ];
        const send = untrustedSender(attacked, tokens, ({ kind }, { status }) => {
          seen.set(`${kind} ${status}`, (seen.get(`${kind} ${status}`) ?? 0) + 1);
          expect(status).not.toBe(500);
        });
        const before = trustedData(quiet);
        for (const request of requests) {
          time += 1000;
          await send(request);
        }
        await both(() => Promise.resolve());
        expect(trustedData(attacked)).toEqual(before);
        for (const which of [8, 9, 10, 11]) {
          await both((server) => putContent(server, which));
          expect(trustedData(attacked)).toEqual(trustedData(quiet));
        }
        expect(trustedData(quiet)).not.toEqual(expect.arrayContaining(before));
        await Promise.all([attacked.stop(), quiet.stop()]);
      }),
      { seed: 7, numRuns: 2, endOnFailure: true },
    );
    // Requests that all fail show nothing.
    expect([...seen.keys()]).toEqual(expect.arrayContaining(['put 201', 'get 200', 'announce 201']));
  });
});
