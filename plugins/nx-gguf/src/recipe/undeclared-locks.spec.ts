import { join } from 'node:path';
import type { WorkEvent } from '../core/events.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import type { RecipeEnvironment } from './ports.js';
import { tellUndeclaredLocks } from './undeclared-locks.js';

const hub = { type: 'huggingface', repository: 'org/model' };
const pinned = { declared: hub, commit: 'e'.repeat(40), files: [] };

/** What is told of a lock beside a model. */
async function told(model: object, lock: object | null): Promise<string[]> {
  const root = temporaryDirectory();
  put(join(root, 'm/model.json'), JSON.stringify({ name: 'M', source: hub, ...model }));
  if (lock !== null) put(join(root, 'm/model.lock.json'), JSON.stringify({ format: 1, ...lock }));
  const events: WorkEvent[] = [];
  const environment = {
    workspace: { root, projects: { m: { root: 'm' } } },
    report: (event: WorkEvent) => events.push(event),
  } as unknown as RecipeEnvironment;
  await tellUndeclaredLocks({ project: 'm', kind: 'model' }, { environment });
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

describe('what a lock pins and nothing declares', () => {
  const reference = (source: object) => ({ references: { r: { source } } });

  it.each<[string, object, object, string[]]>([
    ['nothing', reference(hub), { source: pinned, references: { r: pinned } }, []],
    ['a source that is now a path', { source: { type: 'path', path: 'x' } }, { source: pinned }, ['source']],
    ['a matrix that is gone', {}, { source: pinned, imatrix: pinned }, ['imatrix']],
    [
      'a matrix that is made now',
      { imatrix: { type: 'make', corpus: { project: 'c', file: 'a' } } },
      { imatrix: pinned },
      ['imatrix'],
    ],
    ['a plan that is gone', {}, { planFrom: pinned }, ['planFrom']],
    [
      'a reference of another name',
      reference(hub),
      { references: { q: pinned, r: pinned } },
      ['references.q'],
    ],
    [
      'a reference that is a file now',
      reference({ type: 'path', path: 'x' }),
      { references: { r: pinned } },
      ['references.r'],
    ],
  ])('is told: %s', async (...[, model, lock, places]) => {
    const messages = await told(model, lock);
    expect(messages.map((message) => / pins ([^,]+),/.exec(message)?.[1])).toEqual(places);
    for (const message of messages) expect(message).toContain('`nx g nx-gguf:update --project=m` drops it');
  });

  it('is nothing without a lock', async () => {
    await expect(told({}, null)).resolves.toEqual([]);
  });
});
