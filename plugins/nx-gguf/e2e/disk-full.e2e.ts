import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { leftovers } from './support/leftovers.js';
import { shrinkModel } from './support/small-model.js';
import { realTools } from './support/real-tools.js';
import { createWorkspace, scratchDirectory } from './support/workspace.js';

const scratch = scratchDirectory();
const small = join(scratch, 'small');
mkdirSync(small);
const shared = { NX_GGUF_REMOTE: `file://${join(scratch, 'shared')}` };
// Mounting takes root; elsewhere these tests are shown as skipped.
const canMount =
  process.platform === 'linux' &&
  spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'tmpfs', small]).status === 0;

afterAll(() => {
  if (canMount) execFileSync('umount', ['-l', small]);
  rmSync(scratch, { recursive: true, force: true });
});

(canMount ? describe : describe.skip)('a store on a disk that is full', () => {
  it('fails with DISK_FULL wherever the space ends, keeps what was finished, and goes on when there is room', async () => {
    const store = join(small, 'store');
    const workspace = await createWorkspace(join(scratch, 'ws'), { store, tools: realTools() });
    shrinkModel(workspace);
    const full = new Set<string>();
    let isDone = false;
    for (let sizeMib = 12; sizeMib <= 240; sizeMib += 12) {
      execFileSync('mount', ['-o', `remount,size=${sizeMib}m`, small]);
      // One task at a time: what another one writes or removes would blur where the space ends.
      const { exitCode, output } = await workspace.run(['run', 'tiny-qwen35:kld:Q6_K', '--parallel=1']);
      isDone = exitCode === 0;
      if (isDone) break;
      expect(output).toMatch(/^DISK_FULL: no space left in the store's file system/m);
      expect(leftovers(store)).toEqual([]);
      // Nx goes on with tasks that do not need the failed one, and they may fail too: one error each.
      const failed = [
        ...output.slice(output.lastIndexOf('Failed tasks')).matchAll(/^- tiny-qwen35:([\w:-]+)$/gm),
      ].map(([, task = '']) => task);
      expect(output.match(/^[A-Z]+_[A-Z_]+: /gm)).toEqual(failed.map(() => 'DISK_FULL: '));
      for (const task of failed) full.add(task);
    }
    expect(isDone).toBe(true);
    expect([...full]).toEqual(expect.arrayContaining(['convert', 'quantize:Q6_K']));

    const other = await createWorkspace(join(scratch, 'roomy'), {
      store: join(scratch, 'roomy-store'),
      tools: realTools(),
    });
    shrinkModel(other);
    await other.run(['run', 'tiny-qwen35:kld:Q6_K'], { env: shared });
    const manifest = (root: string): string =>
      readFileSync(join(root, 'dist/tiny-qwen35/kld/Q6_K/artifact.json'), 'utf8');
    expect(manifest(workspace.root)).toBe(manifest(other.root));
  }, 900_000);

  it('takes nothing from a remote that does not fit, says so, and takes it when there is room', async () => {
    const store = join(small, 'store-of-another');
    rmSync(join(small, 'store'), { recursive: true });
    const workspace = await createWorkspace(join(scratch, 'ws-of-another'), { store, tools: realTools() });
    shrinkModel(workspace);
    const quantize = async (sizeMib: number) => {
      execFileSync('mount', ['-o', `remount,size=${sizeMib}m`, small]);
      return workspace.run(['run', 'tiny-qwen35:quantize:Q6_K'], { env: shared });
    };
    const refused = await quantize(4);
    expect(refused.exitCode).not.toBe(0);
    expect(refused.output).toMatch(
      /warning: .* (is|are) not downloaded: the store's file system .* has .* left/,
    );
    expect(refused.output).toMatch(/^DISK_FULL: /m);
    expect(leftovers(store)).toEqual([]);
    workspace.processes();
    const taken = await quantize(240);
    expect([taken.exitCode, workspace.processes()]).toEqual([0, []]);
    const gguf = 'dist/tiny-qwen35/tiny-qwen35-Q6_K.gguf';
    expect(readFileSync(join(workspace.root, gguf)).equals(readFileSync(join(scratch, 'roomy', gguf)))).toBe(
      true,
    );
  }, 300_000);
});
