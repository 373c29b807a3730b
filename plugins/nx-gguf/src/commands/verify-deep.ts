import { join } from 'node:path';
import type { Json } from '../core/json/canonical-json.js';
import { counted } from '../core/counted.js';
import { isGgufError } from '../core/errors.js';
import { discardVariant } from '../results/verify-variant.js';
import { rebuildInFull } from '../steps/quantize/rebuild.js';
import { readManifest } from '../store/actions.js';
import { findBytes } from '../store/blobs.js';
import type { StoreLayout } from '../store/layout.js';
import { listActions } from '../store/usage.js';
import { machineShare } from '../toolchain/machine-share.js';
import { findMade } from '../toolchain/once-per-identity.js';
import { runTool } from '../toolchain/run-tool.js';

/** How every variant is checked. */
export interface DeepVerification {
  repair: boolean;
  env: Readonly<Record<string, string | undefined>>;
  print: (text: string) => void;
}

/**
 * Quantizes every variant of the store again in one run of llama-quantize and compares; true when none
 * differs. Manifests hold all that is needed, so no workspace is: only inputs that are in the store and
 * builds of llama.cpp that are here.
 */
export async function verifyDeep(
  layout: StoreLayout,
  { repair, env, print }: DeepVerification,
): Promise<boolean> {
  const counts = { same: 0, different: 0, failed: 0, skipped: 0 };
  const chosen = env['NX_GGUF_TOOLCHAINS'];
  const root = chosen === undefined || chosen === '' ? layout.toolchains : chosen;
  for await (const { digest } of listActions(layout)) {
    const manifest = await readManifest(layout.action(digest)).catch(() => null);
    if (manifest?.step !== 'quantize') continue;
    const name = `${digest.slice(0, 12)} ${manifest.files[0]?.name ?? ''}`;
    const tools = await findMade(root, 'build-', (manifest.provenance.toolchain?.['build'] ?? null) as Json);
    if (tools === null) {
      counts.skipped++;
      print(`skipped ${name}: its build of llama.cpp is not on this machine`);
      continue;
    }
    const rebuilt = await rebuildInFull(manifest, {
      store: layout,
      runTool,
      report: () => undefined,
      threads: machineShare().mostThreads,
      signal: undefined,
      llamaQuantize: () =>
        Promise.resolve(join(tools, process.platform === 'win32' ? 'llama-quantize.exe' : 'llama-quantize')),
      find: (sha256) => findBytes(layout, sha256),
    }).catch((error: unknown) => {
      // A variant that cannot be rebuilt proves nothing about the others.
      if (isGgufError(error) && ['TOOL_FAILED', 'BLOB_DAMAGED'].includes(error.code)) return error;
      throw error;
    });
    if (rebuilt instanceof Error) {
      counts.failed++;
      print(
        `failed ${name}: ${rebuilt.message}${rebuilt.tail
          .slice(-3)
          .map((line) => `\n  ${line}`)
          .join('')}`,
      );
      continue;
    }
    if ('missing' in rebuilt) {
      counts.skipped++;
      print(`skipped ${name}: ${rebuilt.missing.join(', ')} is not on this machine`);
    } else if (rebuilt.differences.length === 0) {
      counts.same++;
    } else {
      counts.different++;
      for (const difference of rebuilt.differences.slice(0, 20)) print(`different ${name}: ${difference}`);
      if (repair) await discardVariant(layout, manifest);
    }
  }
  const removed = repair && counts.different > 0 ? ' (removed)' : '';
  const failed = counts.failed > 0 ? `${counts.failed} failed, ` : '';
  print(
    `${counted(counts.same, 'variant')} rebuilt with the same bytes, ${counts.different} different${removed}, ` +
      `${failed}${counts.skipped} skipped`,
  );
  return counts.different === 0 && counts.failed === 0;
}
