import { createContext, Script } from 'node:vm';
import { systemErrorCode } from './errors.js';

type Context = Record<'work', (() => unknown) | null>;

const script = new Script('work()');
let context: Context | null = null;

/**
 * What some computation comes to; null when it took longer than the limit. It is stopped wherever it is, in the
 * midst of a regular expression too, which nothing else on this thread can do.
 */
export function withinTime<T>(work: () => T, limitMs: number): { value: T } | null {
  context ??= createContext({ work: null }) as Context;
  const found: { value?: { value: T } } = {};
  context.work = () => {
    found.value = { value: work() };
  };
  try {
    script.runInContext(context, { timeout: limitMs });
    return found.value ?? null;
  } catch (error) {
    if (systemErrorCode(error) === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return null;
    throw error;
  } finally {
    context.work = null;
  }
}
