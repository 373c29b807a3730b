import { sha256 } from '../core/digest.js';
import { temporaryStore } from '../store/testing/temporary-store.js';
import { hostileAnswers } from '../transport/testing/hostile-answers.js';
import { startRawServer, type RawServer } from '../transport/testing/raw-server.js';
import { bringBlob } from './bring-blob.js';
import { openRemote } from './open-remote.js';
import { remotePlace } from './remote-place.js';
import { RemoteFailure } from './remote-store.js';
import { offered } from './testing/conformance.js';
import { guard, type Guard } from './testing/guard.js';
import { s3Keys } from './testing/real-servers.js';

const nine = Buffer.from('nine byte');
const id = { sha256: sha256(nine), sizeBytes: nine.length, name: 'a file' };
const patience = { answerMs: 40, stallMs: 40, answersMs: 60_000 };

let server: RawServer;
const env = { ...process.env };

beforeAll(() => Object.assign(process.env, s3Keys));
afterAll(() => {
  process.env = env;
});
afterEach(() => server.close());

const work: [string, (remote: Guard) => Promise<unknown>][] = [
  [
    'look up',
    (remote) => remote.ask({ kind: 'lookup', work: (to, signal) => to.hasBlob(id.sha256, signal) }),
  ],
  [
    'manifest',
    (remote) => remote.ask({ kind: 'lookup', work: (to, signal) => to.readAction(id.sha256, signal) }),
  ],
  [
    'bring',
    (remote) =>
      bringBlob(id, [remote], {
        store: temporaryStore(),
        report: () => undefined,
        signal: undefined,
        onBytes: () => undefined,
      }),
  ],
  [
    'upload',
    (remote) => remote.ask({ kind: 'upload', work: (to, signal) => to.writeBlob(offered(nine), signal) }),
  ],
  [
    'publish',
    (remote) =>
      remote.ask({ kind: 'publish', work: (to, signal) => to.writeAction(id.sha256, '{}', signal) }),
  ],
];

/** True of an outcome that the callers know: an answer, or a failure of the remote in a few words. */
const isOrderly = (result: unknown): boolean =>
  result instanceof RemoteFailure ? result.message.length < 120 : !(result instanceof Error);

type Name = keyof typeof hostileAnswers;

/** What the client of S3 reads itself. */
const ofS3: Name[] = [
  'speaks no HTTP',
  'closes at once',
  'ends within its body',
  'never ends',
  'sends huge headers',
  'sends a bad chunk',
  'redirects to a file',
  'answers a status of zeros',
  'gives a byte at a time',
];

describe.each<[string, Name[]]>([
  ['http', Object.keys(hostileAnswers) as Name[]],
  ['s3', ofS3],
])('over %s', (kind, names) => {
  it.each(names)('a server that %s fails as a remote, and fails nothing else', async (name) => {
    server = await startRawServer(hostileAnswers[name]);
    const address = kind === 'http' ? server.origin : `s3://bucket?endpoint=${server.origin}`;
    const store = temporaryStore();
    const opened = await openRemote(remotePlace(address, 'the test'), { store, env: {}, token: null });
    for (const [index, [of, ask]] of work.entries()) {
      // Each is the first work of a run.
      const remote = guard(opened, { store, patience, run: String(index) });
      const result: unknown = await ask(remote).catch((error: unknown) => error);
      expect([of, isOrderly(result) ? 'in order' : result]).toEqual([of, 'in order']);
    }
    await opened.close();
  });
});
