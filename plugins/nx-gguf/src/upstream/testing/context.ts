import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WorkEvent } from '../../core/events.js';
import { openStore } from '../../store/store.js';
import { transferSettings, type TransferSettings } from '../../transport/transfer-settings.js';
import type { UpstreamContext } from '../upstream-context.js';

/** A context over a fresh store, with short pauses, that keeps what it was told. */
export interface TestContext extends UpstreamContext {
  events: WorkEvent[];
  remove: () => Promise<void>;
}

/** Makes a context for a test; `env` is all the environment there is. */
export async function testContext(
  env: Record<string, string> = {},
  settings: Partial<TransferSettings> = {},
): Promise<TestContext> {
  const root = await mkdtemp(join(tmpdir(), 'nx-gguf-upstream-'));
  const events: WorkEvent[] = [];
  return {
    store: await openStore(join(root, 'store')),
    env: { HOME: root, ...env },
    report: (event) => {
      events.push(event);
    },
    signal: undefined,
    // No test whose server answers takes a busy machine for one that stalls.
    settings: transferSettings({}, { attempts: 4, backoffMs: 1, stallMs: 30_000, ...settings }),
    events,
    remove: () => rm(root, { recursive: true, force: true }),
  };
}
