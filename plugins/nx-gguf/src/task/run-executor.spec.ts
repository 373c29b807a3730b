import { join } from 'node:path';
import type { ExecutorContext } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { executor, type CommonOptions, type Execution } from './run-executor.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  properties: { variant: { type: 'string' }, threads: { type: 'integer', minimum: 1 } },
};
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The context that Nx gives for a target of the project `tiny`; the task `tiny:<by>` builds on the tasks
 * `edges`.
 */
function context(targetName: string, edges: readonly string[] = [], by = 'card'): ExecutorContext {
  const id = `tiny:${by}`;
  const taskGraph = {
    dependencies: { [id]: edges.map((edge) => ({ id: edge })) },
    tasks: { [id]: { id, target: { project: 'tiny', target: by } } },
  };
  const projects = {
    tiny: {
      root: 'tiny',
      targets: { card: { executor: 'nx-gguf:card' }, quantize: { executor: 'nx:noop' } },
    },
  };
  return {
    root: temporaryDirectory(),
    projectName: 'tiny',
    targetName,
    projectsConfigurations: { version: 2, projects },
    nxJsonConfiguration: {},
    taskGraph,
  } as unknown as ExecutorContext;
}

/** Runs an executor on some work; its result, and what it printed as errors. */
async function run(
  work: (execution: Execution<CommonOptions>) => unknown,
  { options = {}, context: given = context('convert') }: { options?: object; context?: ExecutorContext } = {},
) {
  const { stderr } = process;
  const write = stderr.write.bind(stderr);
  let printed = '';
  stderr.write = (text: string | Uint8Array): boolean => {
    printed += String(text);
    return true;
  };
  try {
    return {
      ...(await executor(schema, async (execution) => {
        await work(execution);
      })(options, given)),
      printed,
    };
  } finally {
    stderr.write = write;
  }
}

/** What the work is given. */
async function executionOf(given: {
  options?: object;
  context?: ExecutorContext;
}): Promise<Execution<CommonOptions>> {
  let seen: Execution<CommonOptions> | undefined;
  await run((execution) => {
    seen = execution;
  }, given);
  if (seen === undefined) throw new Error('the work did not run');
  return seen;
}

beforeEach(() => {
  process.env['NX_GGUF_STORE'] = join(temporaryDirectory(), 'store');
});
afterAll(() => {
  delete process.env['NX_GGUF_STORE'];
});

describe('executor', () => {
  it('succeeds when its work does, and prints no error', async () => {
    await expect(run(() => undefined)).resolves.toEqual({ success: true, printed: '' });
  });

  it('prints a coded error with hint and tail, and never a stack', async () => {
    const { success, printed } = await run(() => {
      throw new GgufError('QUANTIZE_FAILED', 'no', { hint: 'try', tail: ['last line'] });
    });
    expect(success).toBe(false);
    expect(printed).toBe('QUANTIZE_FAILED: no\n  hint: try\n  the tool printed last:\n  | last line\n');
  });

  it.each([
    ['INTERNAL', new TypeError('x is undefined'), 'x is undefined'],
    [
      'FILE_FORBIDDEN',
      Object.assign(new Error('EACCES: x'), { code: 'EACCES', path: '/x' }),
      '/x: permission denied \\(EACCES\\)',
    ],
    ['DISK_FULL', Object.assign(new Error('write'), { code: 'ENOSPC' }), 'no space is left .*'],
  ])('prints what nobody expected as %s', async (code, error, words) => {
    const { success, printed } = await run(() => {
      throw error;
    });
    expect(success).toBe(false);
    expect(printed).toMatch(new RegExp(`^${code}: ${words}\n`));
  });

  it('refuses options that Nx lets pass, all at once, and does not begin', async () => {
    let ran = false;
    const { success, printed } = await run(
      () => {
        ran = true;
      },
      { options: { threads: 1.5, varient: 'Q6_K' } },
    );
    expect([success, ran]).toEqual([false, false]);
    expect(printed).toMatch(
      /^BAD_OPTIONS: tiny:convert: .*"varient" \(did you mean 'variant'\?\)\n  tiny:convert: .*threads.*integer/,
    );
  });

  it('says when the store cannot be used', async () => {
    process.env['NX_GGUF_STORE'] = put(join(temporaryDirectory(), 'file'), '');
    await expect(run(() => undefined)).resolves.toMatchObject({
      success: false,
      printed: expect.stringMatching(/^STORE_UNWRITABLE: /) as string,
    });
  });

  it.each(signals)('turns %s into an abort, and stops listening afterwards', async (signal) => {
    const before = process.listenerCount(signal);
    const { success } = await run(({ environment }) => {
      process.emit(signal);
      environment.signal?.throwIfAborted();
    });
    expect(success).toBe(false);
    expect(process.listenerCount(signal)).toBe(before);
  });
});

describe('what an executor knows', () => {
  it.each([
    {
      target: 'anything',
      options: { variant: 'Q6_K' },
      ref: { project: 'tiny', kind: 'kld', variant: 'Q6_K' },
    },
    { target: 'convert', options: {}, ref: { project: 'tiny', kind: 'convert' } },
  ] as const)('target $target with $options is $ref', async ({ target, options, ref }) => {
    expect((await executionOf({ options, context: context(target) })).ref(ref.kind)).toEqual(ref);
  });

  it.each([
    { when: 'nothing builds on it', edges: [], by: 'card', isRequested: true },
    {
      when: 'something else of this run builds on it',
      edges: ['tiny:convert'],
      by: 'card',
      isRequested: false,
    },
    { when: 'only an aggregate builds on it', edges: ['tiny:convert'], by: 'quantize', isRequested: true },
    { when: 'something builds on another target', edges: ['tiny:fetch'], by: 'card', isRequested: true },
  ])('a target is requested when $when: $isRequested', async ({ edges, by, isRequested }) => {
    expect((await executionOf({ context: context('convert', edges, by) })).isRequested).toBe(isRequested);
  });
});
