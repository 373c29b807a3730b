import { readlinkSync } from 'node:fs';
import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { requireDeclaredTarget } from './declared-target.js';
import { errorText } from '../terminal/report-error.js';
import { messageText, progressReporter } from '../terminal/progress.js';
import { terminalText } from '../terminal/terminal-text.js';
import { namedHub } from '../upstream/hub/hub-endpoint.js';
import { checkOptions } from './checked-options.js';
import { defaultStoreRoot, storeFailure } from '../store/store.js';
import { environmentOf, execution, interruptible, type Execution } from './run-executor.js';

/** The result of one task of a batch, as Nx receives it. */
export interface BatchResult {
  task: string;
  result: { success: boolean; terminalOutput: string; startTime: number; endTime: number };
}

/** One task of a batch. */
export interface BatchTask<O> {
  execution: Execution<O>;
  /** Ends the task, with the error that it failed with if it did. Called once. */
  end: (error?: unknown) => void;
}

/** Executors that do several tasks in one process. */
export type BatchExecutor<O> = (
  ...batch: [graph: TaskGraph, inputs: Record<string, O>, overrides: unknown, context: ExecutorContext]
) => AsyncIterable<BatchResult>;

/**
 * An executor that does several tasks together. Each has its own result, as soon as it is there, and its own
 * output, which Nx prints and remembers. With `isShared` the messages of the work belong to all tasks: they
 * are printed at once, and not remembered.
 */
export function batchExecutor<O extends object>(
  schema: object,
  work: (tasks: readonly BatchTask<O>[]) => Promise<void>,
  { isShared = false } = {},
): BatchExecutor<O> {
  return async function* (...[graph, inputs, , context]) {
    const results = queue<BatchResult>();
    const startTime = Date.now();
    const open = new Map<string, BatchTask<O>>();
    // Nx would run a task without a result again and again.
    const without = new Set(Object.keys(graph.tasks));
    const told: Promise<void>[] = [];
    const progress = progressReporter({
      write: (text) => process.stdout.write(text),
      isTerminal: isOnTerminal(),
      nowMs: () => performance.now(),
    });
    const working = interruptible(async (signal) => {
      const environment = await environmentOf(context, { report: progress.report, signal });
      for (const [id, { target }] of Object.entries(graph.tasks)) {
        const own = {
          ...context,
          projectName: target.project,
          targetName: target.target,
          ...(target.configuration === undefined ? {} : { configurationName: target.configuration }),
        };
        const options = inputs[id];
        if (options === undefined) continue;
        let terminalOutput = '';
        const print = (text: string): void => {
          terminalOutput += `${terminalText(text)}\n`;
        };
        const end = (error?: unknown): void => {
          if (!open.delete(id)) return;
          progress.end();
          if (error !== undefined) terminalOutput += errorText(inStore(error));
          // A result that Nx restores elsewhere is found with its files.
          without.delete(id);
          told.push(
            environment.remotes.settle().then(() =>
              results.put({
                task: id,
                result: { success: error === undefined, terminalOutput, startTime, endTime: Date.now() },
              }),
            ),
          );
        };
        const report: typeof environment.report = (event) => {
          if (isShared || event.type === 'progress') progress.report(event);
          else print(messageText(event));
        };
        const task = {
          execution: execution(options, own, { environment: { ...environment, report }, print }),
          end,
        };
        open.set(id, task);
        try {
          checkOptions(schema, options, own);
          await requireDeclaredTarget(own, options, namedHub(process.env));
        } catch (error) {
          end(error);
        }
      }
      await work([...open.values()]).finally(() => environment.remotes.finish());
    });
    void working
      .then(
        () => new GgufError('INTERNAL', 'the task has no result', { hint: 'This is a defect of nx-gguf.' }),
        (error: unknown) => error,
      )
      .then(async (error) => {
        progress.end();
        for (const { end } of [...open.values()]) end(error);
        await Promise.all(told);
        for (const task of without)
          results.put({
            task,
            result: {
              success: false,
              terminalOutput: errorText(inStore(error)),
              startTime,
              endTime: Date.now(),
            },
          });
        results.close();
      });
    yield* results.taken();
  };
}

/**
 * Nx passes the output of a batch on as it is, through a pipe; so it is the output of Nx that must be a
 * terminal.
 */
function isOnTerminal(): boolean {
  if (!process.stdin.isTTY || process.env['CI'] !== undefined) return false;
  try {
    return /^\/dev\/(pts|tty)/.test(readlinkSync(`/proc/${process.ppid}/fd/1`));
  } catch {
    return process.platform !== 'linux';
  }
}

/** Results in the order they come. */
function queue<T>() {
  const waiting: T[] = [];
  let isClosed = false;
  let wake = (): void => undefined;
  return {
    put: (value: T) => {
      waiting.push(value);
      wake();
    },
    close: () => {
      isClosed = true;
      wake();
    },
    async *taken(): AsyncIterable<T> {
      for (;;) {
        yield* waiting.splice(0);
        if (waiting.length > 0) continue;
        if (isClosed) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

/** What another user of the store made is told as such. */
function inStore(error: unknown): unknown {
  return storeFailure(error, defaultStoreRoot(process.env));
}
