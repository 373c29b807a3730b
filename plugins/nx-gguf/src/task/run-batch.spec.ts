import { join } from 'node:path';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { temporaryDirectory } from '../store/testing/temporary-store.js';
import { batchExecutor, type BatchTask } from './run-batch.js';
import type { CommonOptions } from './run-executor.js';

const schema = { type: 'object', additionalProperties: false, properties: { variant: { type: 'string' } } };
const tasks = ['a', 'b', 'c'];
const graph = {
  tasks: Object.fromEntries(
    tasks.map((name) => [`tiny:kld:${name}`, { target: { project: 'tiny', target: `kld:${name}` } }]),
  ),
} as unknown as TaskGraph;

beforeEach(() => {
  process.env['NX_GGUF_STORE'] = join(temporaryDirectory(), 'store');
});
afterAll(() => {
  delete process.env['NX_GGUF_STORE'];
});

/**
 * Runs a batch of three; the results in the order in which they came, as `name success`, and the output of
 * each.
 */
async function run(
  work: (tasks: readonly BatchTask<CommonOptions>[]) => Promise<void>,
  options: Record<string, object> = {},
  nxJsonConfiguration: object = {},
) {
  const context = {
    root: temporaryDirectory(),
    nxJsonConfiguration,
    projectsConfigurations: { version: 2, projects: { tiny: { root: 'tiny' } } },
  } as unknown as ExecutorContext;
  const inputs = Object.fromEntries(
    tasks.map((name) => [`tiny:kld:${name}`, options[name] ?? { variant: name }]),
  );
  const order: string[] = [];
  const output: Record<string, string> = {};
  for await (const { task, result } of batchExecutor(schema, work)(graph, inputs, {}, context)) {
    const name = task.split(':').at(-1) ?? '';
    order.push(`${name} ${result.success}`);
    output[name] = result.terminalOutput;
  }
  return { order, output };
}

describe('batchExecutor', () => {
  it('gives each its own result and output, as soon as it is there', async () => {
    const seen: string[] = [];
    const { order, output } = await run(async (batch) => {
      for (const { execution, end } of [...batch].reverse()) {
        execution.print(`measured ${execution.ref('kld').variant ?? ''}`);
        end();
        seen.push(execution.project);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    });
    expect(order).toEqual(['c true', 'b true', 'a true']);
    expect(output).toEqual({ a: 'measured a\n', b: 'measured b\n', c: 'measured c\n' });
    expect(seen).toEqual(['tiny', 'tiny', 'tiny']);
  });

  it('ends all of them when there is nothing to work with: Nx gives a task without a result again', async () => {
    const plugins = [{ plugin: 'nx-gguf', options: { remoteMode: 'bogus' } }];
    const { order, output } = await run(() => Promise.resolve(), {}, { plugins });
    expect(order).toEqual(['a false', 'b false', 'c false']);
    expect(output['c']).toContain('BAD_PLUGIN: ');
  });

  it('one that fails does so alone, with code, message and hint', async () => {
    const { order, output } = await run(([a, b, c]) => {
      a?.end();
      b?.end(new GgufError('BROKEN', 'b is broken', { hint: 'Mend it.' }));
      c?.end();
      return Promise.resolve();
    });
    expect(order).toEqual(['a true', 'b false', 'c true']);
    expect(output['b']).toBe('BROKEN: b is broken\n  hint: Mend it.\n');
  });

  it('what all of the work fails with is the error of those that have no result yet', async () => {
    const { order, output } = await run(([a]) => {
      a?.end();
      return Promise.reject(new GgufError('ALL', 'all is broken'));
    });
    expect(order).toEqual(['a true', 'b false', 'c false']);
    expect(output['c']).toContain('ALL: all is broken');
  });

  it('bad options are the error of the task that has them', async () => {
    const { order, output } = await run(
      (batch) => {
        for (const { end } of batch) end();
        return Promise.resolve();
      },
      { b: { variant: 1 } },
    );
    expect(order).toEqual(['b false', 'a true', 'c true']);
    expect(output['b']).toMatch(/^BAD_OPTIONS: tiny:kld:b: /);
  });

  it('one that is forgotten fails', async () => {
    expect((await run(() => Promise.resolve())).order).toEqual(['a false', 'b false', 'c false']);
  });
});
