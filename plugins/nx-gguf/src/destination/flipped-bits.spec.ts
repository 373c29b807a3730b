import { jest } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createCipheriv } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../core/digest.js';
import { isGgufError } from '../core/errors.js';
import { seededRandom } from '../core/seeded-random.js';
import { findBlob } from '../store/blobs.js';
import { flipBit } from '../store/testing/temporary-store.js';
import { testContext, type TestContext } from '../upstream/testing/context.js';
import { gitFixture, hasGitLfs } from '../upstream/testing/git-fixture.js';
import { startPublishingHub } from '../upstream/testing/publishing-hub.js';
import { directoryDestination } from './directory.js';
import { gitDestination } from './git.js';
import { hubDestination } from './hub.js';
import type { DestinationRequest, OpenDestination } from './session.js';
import { publishFiles, storedFiles, type TestFiles } from './testing/publish.js';

// Each test runs a server or git many times; a loaded machine takes its time.
jest.setTimeout(60_000);

const noise = (length: number): Buffer =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16, 1), Buffer.alloc(16)).update(Buffer.alloc(length));
const partBytes = 1 << 18;
/** A card, a plan, a file that is sent at once, and one in parts that are no whole pieces. */
const given: Record<string, Buffer> = {
  'README.md': Buffer.from('# model\n'),
  'plan/Q4_K_M.json': Buffer.from('{"tensors":[]}\n'),
  'imatrix.gguf': noise(3000),
  'model-Q4_K_M.gguf': noise(12 * partBytes + 12_345),
};
const names = Object.keys(given);

/** A place to publish to, and the bytes of its files as a reader gets them. */
interface Place {
  open: (request: DestinationRequest) => OpenDestination;
  held: () => Record<string, Buffer>;
}

let context: TestContext;
let files: TestFiles;

const publish = ({ open }: Place) => publishFiles(files, open, { create: true });
const blobOf = (name: string): string => {
  const content = files.contents.get(name);
  return content !== undefined && 'path' in content ? content.path : '';
};

/** No file of a place has other bytes than it was to have. */
function expectNoneWrong({ held }: Place): void {
  for (const [name, bytes] of Object.entries(held()))
    if (name in given) expect([name, sha256(bytes)]).toEqual([name, sha256(given[name] ?? '')]);
}

/** Flips a bit of one file after the other, in any place; the damage is named, and nothing of it arrives. */
async function flipEach(place: (turn: number) => Place, times: number): Promise<void> {
  const random = seededRandom(31);
  for (let turn = 0; turn < times; turn++) {
    files = await storedFiles(context.store, given);
    const name = names[turn % names.length] ?? '';
    const size = given[name]?.length ?? 0;
    // The first byte and the last one, too.
    const byte = turn < names.length ? (turn % 2) * (size - 1) : Math.floor(random() * size);
    flipBit(blobOf(name), byte, Math.floor(random() * 8));
    await expect(publish(place(turn))).rejects.toMatchObject({
      code: 'BLOB_DAMAGED',
      message: expect.stringContaining(name) as string,
    });
    expectNoneWrong(place(turn));
    const { sha256: digest = '', sizeBytes = 0 } = files.wanted.find(({ path }) => path === name) ?? {};
    await expect(findBlob(context.store, { sha256: digest, sizeBytes })).resolves.toBeNull();
    expect(existsSync(context.store.quarantined(digest))).toBe(true);
  }
  // What was made again is published.
  files = await storedFiles(context.store, given);
  await publish(place(times));
  expect(Object.keys(place(times).held())).toEqual(expect.arrayContaining(names));
  expectNoneWrong(place(times));
}

describe('a hub', () => {
  let close: () => Promise<void>;
  let place: Place;

  beforeEach(async () => {
    const started = await startPublishingHub({ orgs: ['org'], partBytes });
    ({ context, close } = started);
    const { hub } = started;
    place = {
      open: (request) =>
        hubDestination({ type: 'huggingface', repository: 'org/model-GGUF' }, request, context),
      held: () => {
        const committed = hub.repos[0]?.commits.at(-1)?.files ?? {};
        return Object.fromEntries(
          Object.entries(committed).map(([name, content]) => [
            name,
            Buffer.concat([...content.read(0, content.sizeBytes)]),
          ]),
        );
      },
    };
  });

  afterEach(() => close());

  it('gets no flipped bit', () => flipEach(() => place, 8));

  it('gets none that flips while it is sent', async () => {
    const random = seededRandom(32);
    const name = 'model-Q4_K_M.gguf';
    let seen = 0;
    for (let turn = 0; turn < 6; turn++) {
      files = await storedFiles(context.store, given);
      const [path, byte] = [blobOf(name), Math.floor(random() * (given[name]?.length ?? 0))];
      let isFlipped = false;
      context.report = (event) => {
        if (isFlipped || event.type !== 'progress' || !event.label.startsWith('uploading')) return;
        isFlipped = true;
        flipBit(path, byte);
      };
      const code = await publish(place).then(
        () => null,
        (error: unknown) => (isGgufError(error) ? error.code : error),
      );
      expect([null, 'BLOB_DAMAGED']).toContain(code);
      if (code === 'BLOB_DAMAGED') seen++;
      expectNoneWrong(place);
      if (code === null) break;
    }
    expect(seen).toBeGreaterThan(0);
  });
});

describe('a directory', () => {
  beforeEach(async () => {
    context = await testContext();
  });
  afterEach(() => context.remove());

  it('gets no flipped bit', async () => {
    // Each time another one: what is there are links to the blobs, and flips with them.
    const place = (turn: number): Place => {
      const directory = join(context.store.root, `../published-${turn}`);
      return {
        open: (request) => directoryDestination(directory, 'published', { request, context }),
        held: () =>
          Object.fromEntries(
            readdirSync(directory, { recursive: true, withFileTypes: true })
              .filter((entry) => entry.isFile())
              .map((entry) => join(entry.parentPath, entry.name))
              .map((path) => [path.slice(directory.length + 1), readFileSync(path)]),
          ),
      };
    };
    await flipEach(place, 12);
  });
});

(hasGitLfs ? describe : describe.skip)('a git repository', () => {
  beforeEach(async () => {
    context = await testContext({
      PATH: process.env['PATH'] ?? '',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.org',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.org',
    });
  });
  afterEach(() => context.remove());

  it('gets no flipped bit', async () => {
    const root = join(context.store.root, '../git');
    mkdirSync(root);
    const { bare } = gitFixture(root, []);
    const git = (...args: string[]): Buffer =>
      execFileSync('git', args, { cwd: bare, stdio: ['ignore', 'pipe', 'ignore'] });
    const bytesOf = (name: string): Buffer => {
      const bytes = git('show', `main:${name}`);
      const oid = /^oid sha256:([0-9a-f]{64})$/m.exec(bytes.toString('latin1'))?.[1];
      return oid === undefined
        ? bytes
        : readFileSync(join(bare, 'lfs/objects', oid.slice(0, 2), oid.slice(2, 4), oid));
    };
    const place: Place = {
      open: (request) =>
        gitDestination({ type: 'git', url: bare, branch: 'main' }, root, { request, context }),
      held: () => {
        const listed =
          git('for-each-ref').length === 0 ? '' : git('ls-tree', '-r', '--name-only', 'main').toString();
        return Object.fromEntries(
          listed
            .split('\n')
            .filter((name) => name !== '')
            .map((name) => [name, bytesOf(name)]),
        );
      },
    };
    await flipEach(() => place, 2);
  });
});
