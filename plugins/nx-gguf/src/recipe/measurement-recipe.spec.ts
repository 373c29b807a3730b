import type { WorkEvent } from '../core/events.js';
import type { Model } from '../core/generated/model.generated.js';
import { targetName, type TargetRef } from '../core/target.js';
import { manifestOf, put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { measurementRecipe } from './measurement-recipe.js';
import type { RecipePorts } from './ports.js';

const model: Model = {
  name: 'M',
  source: { type: 'path', path: 'x' },
  quantize: { v: { ftype: 'Q4_K_M' } },
  evaluation: { corpus: 'texts' },
};

/** The warnings when v, of 4 bytes and 5 bits per weight, is about to be measured under a gate. */
async function warnings(gate: object, evaluation: object = {}): Promise<string[]> {
  const root = temporaryDirectory();
  put(`${root}/texts/corpus.json`, '{ "source": { "type": "path", "path": "x" } }');
  const events: WorkEvent[] = [];
  const ref: TargetRef = { project: 'm', kind: 'kld', variant: 'v' };
  const ports: RecipePorts = {
    environment: {
      workspace: { root, projects: { m: { root: 'm' }, texts: { root: 'texts' } } },
      store: temporaryStore(),
      env: {},
      report: (event) => events.push(event),
      signal: undefined,
    },
    transfer: {},
    upstream: (of) =>
      Promise.resolve(manifestOf({ [targetName(of)]: 'four' }, { facts: { bitsPerWeight: 5 } })),
    toolchain: () => ({ identity: () => Promise.resolve({}) }),
    perform: () => Promise.reject(new Error('nothing is performed')),
    resolve: () => Promise.reject(new Error('nothing is read')),
  };
  await measurementRecipe({
    ref,
    ports,
    model: { ...model, evaluation: { corpus: 'texts', ...evaluation }, gates: { v: gate } },
    toolchain: 't',
    options: {},
  });
  return events.flatMap((event) => (event.type === 'warning' ? [event.message] : []));
}

describe('before a variant is measured', () => {
  it('the gates that its file fails already are told', async () => {
    await expect(warnings({ atMost: { size: 3, bitsPerWeight: 4.5, meanKld: 0 } })).resolves.toEqual([
      'gates.v.atMost.size: 4 bytes, and at most 3 are allowed: the gate will fail, whatever is measured',
      'gates.v.atMost.bitsPerWeight: 5.00, and at most 4.5 are allowed: the gate will fail, whatever is measured',
    ]);
  });

  it('and no others', async () => {
    await expect(warnings({ atMost: { size: 4, bitsPerWeight: 5, meanKld: 0 } })).resolves.toEqual([]);
  });
});
