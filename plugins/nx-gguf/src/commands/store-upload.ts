import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import type { WorkEvent } from '../core/events.js';
import { processFileName } from '../files/process-file-name.js';
import { createRemotes } from '../remote/create-remotes.js';
import { readManifest } from '../store/actions.js';
import type { StoreLayout } from '../store/layout.js';
import { listActions } from '../store/usage.js';
import type { StoreArguments, StoreCommandContext } from './store-options.js';

/** `nx-gguf store push`: uploads all results to the remotes. */
export async function uploadResults(
  layout: StoreLayout,
  _: StoreArguments,
  { env, pluginOptions, print }: StoreCommandContext,
): Promise<number> {
  const failures: string[] = [];
  const report = (event: WorkEvent): void => {
    if (event.type === 'warning') failures.push(event.message);
  };
  const remotes = createRemotes({
    store: layout,
    env,
    pluginOptions,
    run: processFileName(),
    report,
    signal: undefined,
  });
  if (remotes.names.length === 0)
    throw new GgufError('NO_REMOTE', 'there is no remote to upload to', {
      hint: 'Set NX_GGUF_REMOTE, in the shell or in the workspace\'s .env.local, or the option "remote" of the plugin in nx.json.',
    });
  let count = 0;
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest === null) continue;
    count++;
    await remotes.offer(manifest);
  }
  await remotes.finish();
  for (const message of failures) print(`warning: ${message}`);
  print(`offered ${counted(count, 'result')} to ${remotes.names.join(' and ')}`);
  return failures.length === 0 ? 0 : 1;
}
