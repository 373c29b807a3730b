import fc from 'fast-check';
import { sha256, systemErrorCode } from 'nx-gguf/store';
import { manifestOf, manifestText } from './manifests.js';
import { nxArchive, type Reply, type TestServer } from './running-server.js';

/** Contents that both sides use, so that they meet in the same blobs; the size differs from one to the next. */
export const contents: readonly string[] = Array.from({ length: 16 }, (_, index) =>
  `content ${index}`.padEnd(2000 + 1500 * (index % 5), '.'),
);

/** A request of somebody who is not trusted, or several at once. */
export type UntrustedRequest =
  | {
      kind: 'put' | 'get' | 'head' | 'range' | 'announce' | 'action' | 'readAction';
      who: number;
      which: number;
    }
  | { kind: 'nx' | 'readNx' | 'append' | 'finish' | 'abandon' | 'readUpload'; who: number; which: number }
  | { kind: 'forgetAction' | 'forgetNx' | 'forgetSpace'; who: number; which: number }
  | { kind: 'together'; requests: readonly UntrustedRequest[] };

const kinds = [
  ...[
    'put',
    'put',
    'put',
    'announce',
    'get',
    'head',
    'range',
    'announce',
    'action',
    'readAction',
    'nx',
    'readNx',
    'append',
    'finish',
  ],
  ...['abandon', 'readUpload', 'forgetAction', 'forgetNx', 'forgetSpace'],
] as const;

const single = fc.record({
  kind: fc.constantFrom(...kinds),
  who: fc.nat({ max: 3 }),
  which: fc.nat({ max: contents.length - 1 }),
}) as fc.Arbitrary<UntrustedRequest>;

/** Requests one after the other, some of them bundles of requests at once. */
export const untrustedRequests = (maxLength: number): fc.Arbitrary<UntrustedRequest[]> =>
  fc.array(
    fc.oneof(
      { arbitrary: single, weight: 4 },
      {
        arbitrary: fc.record({
          kind: fc.constant('together' as const),
          requests: fc.array(single, { minLength: 2, maxLength: 5 }),
        }),
        weight: 1,
      },
    ),
    { minLength: maxLength / 2, maxLength },
  );

const tus = { 'tus-resumable': '1.0.0' };

/** The action of a content, as whoever has it says; it names the next content too. */
export function actionOf(which: number, facts: Record<string, string> = {}): { key: string; body: string } {
  const [a = '', b = ''] = [contents[which], contents[(which + 1) % contents.length]];
  const manifest = manifestOf({ a, b }, { facts });
  return { key: manifest.actionKey, body: manifestText(manifest) };
}

/** Sends requests as several senders; every answer that came is given to `onReply`. */
export function untrustedSender(
  server: TestServer,
  tokens: readonly (string | null)[],
  onReply: (request: UntrustedRequest, reply: Reply) => void,
): (request: UntrustedRequest) => Promise<void> {
  const locations: string[] = [];
  const send = async (request: UntrustedRequest): Promise<void> => {
    if (request.kind === 'together') {
      await Promise.all(request.requests.map(send));
      return;
    }
    const { kind, which } = request;
    const token = tokens[request.who % tokens.length] ?? null;
    const content = contents[which] ?? '';
    const blob = `/cas/${sha256(content)}`;
    const action = actionOf(which, { by: 'somebody else' });
    const upload = locations.at(-1 - (which % Math.max(1, locations.length))) ?? '/uploads/none';
    const patch = (body: string, offset: number): Promise<Reply> =>
      server.send('PATCH', upload, {
        token,
        body,
        headers: { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': offset },
      });
    const requests: Record<(typeof kinds)[number], () => Promise<Reply>> = {
      put: () => server.send('PUT', blob, { token, body: content }),
      get: () => server.send('GET', blob, { token }),
      head: () => server.send('HEAD', blob, { token }),
      range: () => server.send('GET', blob, { token, headers: { range: 'bytes=3-9' } }),
      action: () => server.send('PUT', `/ac/${action.key}`, { token, body: action.body }),
      readAction: () => server.send('GET', `/ac/${action.key}`, { token }),
      nx: async () =>
        server.send('PUT', `/v1/cache/${which}`, {
          token,
          body: await nxArchive({ 'artifact.json': action.body }),
        }),
      readNx: () => server.send('GET', `/v1/cache/${which}`, { token }),
      announce: () =>
        server.send('POST', '/uploads', {
          token,
          headers: {
            ...tus,
            'upload-length': content.length,
            'upload-metadata': `sha256 ${Buffer.from(sha256(content)).toString('base64')}`,
          },
        }),
      append: () => patch(content.slice(0, 100), 0),
      finish: () => patch(content, 0),
      abandon: () => server.send('DELETE', upload, { token, headers: tus }),
      readUpload: () => server.send('HEAD', upload, { token, headers: tus }),
      forgetAction: () => server.send('DELETE', `/ac/${action.key}`, { token }),
      forgetNx: () => server.send('DELETE', `/v1/cache/${which}`, { token }),
      forgetSpace: () => server.send('DELETE', '/namespaces/trusted', { token }),
    };
    // The connection of one PATCH is closed when another of the same upload comes.
    const reply = await requests[kind]().catch((error: unknown) => {
      if (systemErrorCode(error) !== 'ECONNRESET') throw error;
      return null;
    });
    if (reply === null) return;
    if (reply.headers.location !== undefined) locations.push(reply.headers.location);
    onReply(request, reply);
  };
  return send;
}
