import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cutQwen35 } from './support/cut-qwen35.js';
import { createSeededWorkspace } from './support/seeded-store.js';
import { describeTensorReuse } from './support/tensor-reuse.js';
import { realTools } from './support/real-tools.js';

/** The embedded model as the real converter makes it. */
describeTensorReuse('qwen35', async (scratch) => {
  const workspace = await createSeededWorkspace(join(scratch, 'workspace'), {
    store: join(scratch, 'workspace-store'),
    tools: realTools(),
  });
  const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:convert']);
  if (exitCode !== 0) throw new Error(output);
  return cutQwen35(readFileSync(join(workspace.root, 'dist/tiny-qwen35/tiny-qwen35-BF16.gguf')));
});
