import { existsSync, readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../../core/digest.js';
import { withLock } from '../../store/lock.js';
import { manifestOf, put, temporaryDirectory } from '../../store/testing/temporary-store.js';
import { recordFile } from '../once-per-identity.js';
import { removeUnusedToolchains, toolchainsNamed, type ToolchainKeep } from './unused-toolchains.js';

const day = 86_400_000;
const now = Date.now();
const keep: ToolchainKeep = { named: new Set(), usedSinceMs: now - 30 * day, dryRun: false };

function age(path: string, daysAgo: number): void {
  const then = new Date(now - daysAgo * day);
  utimesSync(path, then, then);
}

/** A root with toolchains, each of some identity and last used some days ago. */
function toolchains(days: Readonly<Record<string, number>>): string {
  const root = temporaryDirectory();
  for (const [name, daysAgo] of Object.entries(days)) {
    put(join(root, name, 'bin/tool'), 'four');
    age(put(join(root, name, recordFile), JSON.stringify({ identity: { of: name } })), daysAgo);
  }
  return root;
}

const left = (root: string): string[] =>
  readdirSync(root)
    .filter((name) => name !== 'locks')
    .sort();

describe('removeUnusedToolchains', () => {
  it('removes what was not used for long and no kept manifest names', async () => {
    const root = toolchains({ 'build-1': 40, 'build-2': 40, 'build-3': 40, 'python-1': 20 });
    const named = new Set([
      ...toolchainsNamed(
        manifestOf({}, { provenance: { inputs: [], toolchain: { build: { of: 'build-2' } }, commands: [] } }),
      ),
      ...toolchainsNamed(manifestOf({}, { step: 'build', facts: { identity: { of: 'build-3' } } })),
    ]);
    const record = JSON.stringify({ identity: { of: 'build-1' } });
    await expect(removeUnusedToolchains(root, { ...keep, named })).resolves.toEqual([
      { name: 'build-1', sizeBytes: 4 + record.length },
    ]);
    expect(left(root)).toEqual(['build-2', 'build-3', 'python-1']);
  });

  it('tells what it would remove, and removes nothing', async () => {
    const root = toolchains({ 'build-1': 40 });
    await expect(removeUnusedToolchains(root, { ...keep, dryRun: true })).resolves.toHaveLength(1);
    expect(existsSync(join(root, 'build-1/bin/tool'))).toBe(true);
  });

  it('leaves alone what is being made, and removes what a killed build left long ago', async () => {
    const root = temporaryDirectory();
    for (const name of ['python-1', 'python-2', join('work', 'build-1'), join('work', 'build-2')])
      put(join(root, name, 'part'), 'x');
    for (const name of ['python-1', join('work', 'build-1')]) age(join(root, name), 40);
    await withLock(join(root, 'locks', 'build-1'), () => removeUnusedToolchains(root, keep));
    expect([left(root), readdirSync(join(root, 'work')).sort()]).toEqual([
      ['python-2', 'work'],
      ['build-1', 'build-2'],
    ]);
    await removeUnusedToolchains(root, keep);
    expect(readdirSync(join(root, 'work'))).toEqual(['build-2']);
  });

  it('finds nothing where there are none', async () => {
    await expect(
      removeUnusedToolchains(join(temporaryDirectory(), sha256('nowhere')), keep),
    ).resolves.toEqual([]);
  });
});
