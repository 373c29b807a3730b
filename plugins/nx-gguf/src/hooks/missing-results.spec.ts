import { join } from 'node:path';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { manifestText } from '../store/actions.js';
import {
  adopt,
  manifestOf,
  put,
  temporaryDirectory,
  temporaryStore,
} from '../store/testing/temporary-store.js';
import { missingFiles, rerunInputs, rerunValue, rerunVariable } from '../core/rerun-input.js';
import { targetsMissingFiles } from './missing-results.js';

const q6 = manifestOf({ 'tiny-Q6_K.gguf': 'six' });
const q4 = manifestOf({ 'tiny-Q4_K_M.gguf': 'four' });
const card = manifestOf({ 'README.md': 'words', 'kld.svg': 'picture' }, { step: 'card' });

/**
 * A workspace whose `dist/` has these manifests; what nobody has, what remotes are asked, and whether Nx's
 * cache is.
 */
function given(
  manifests: Readonly<Record<string, Manifest>>,
  {
    onRemotes = [],
    cached = {},
  }: { onRemotes?: readonly string[]; cached?: Readonly<Record<string, Manifest>> } = {},
) {
  const [workspaceRoot, cache, store] = [temporaryDirectory(), temporaryDirectory(), temporaryStore()];
  for (const [path, manifest] of Object.entries(manifests))
    put(join(workspaceRoot, 'dist', path, 'artifact.json'), manifestText(manifest));
  for (const [path, manifest] of Object.entries(cached))
    put(join(cache, path, 'artifact.json'), manifestText(manifest));
  const asked: string[] = [];
  const looks = { cache: 0 };
  const remotes = {
    lacking: <F extends { name: string }>(files: readonly F[]): Promise<F[]> => {
      asked.push(...files.map(({ name }) => name));
      return Promise.resolve(files.filter(({ name }) => !onRemotes.includes(name)));
    },
  };
  const cacheDirectory = (): Promise<string> => {
    looks.cache++;
    return Promise.resolve(cache);
  };
  const gone = async (...argv: readonly string[]) =>
    Object.fromEntries(
      (await targetsMissingFiles({ workspaceRoot, argv, store, remotes, cacheDirectory })).map(
        ({ project, target, names }) => [`${project}:${target}`, names],
      ),
    );
  return { workspaceRoot, store, asked, looks, gone };
}

describe('the targets whose files are gone', () => {
  it('are those that the command line names, and whose bytes nobody has', async () => {
    const { gone, store, asked, looks } = given({
      'tiny/quantize/Q6_K': q6,
      'tiny/quantize/Q4_K_M': q4,
      'tiny/card': card,
      '@a/big/quantize/Q6_K': q6,
    });
    await adopt(store, 'four');
    await adopt(store, 'picture');
    await expect(gone('run', 'tiny:quantize')).resolves.toEqual({ 'tiny:quantize:Q6_K': ['tiny-Q6_K.gguf'] });
    await expect(gone('run', 'tiny:quantize:Q4_K_M')).resolves.toEqual({});
    await expect(gone('run', 'tiny:kld:Q6_K')).resolves.toEqual({});
    await expect(gone('run', 'big:quantize:Q6_K')).resolves.toEqual({
      '@a/big:quantize:Q6_K': ['tiny-Q6_K.gguf'],
    });
    await expect(gone('run-many', '-t', 'card')).resolves.toEqual({ 'tiny:card': ['README.md'] });
    expect(asked).toEqual(['tiny-Q6_K.gguf', 'tiny-Q6_K.gguf', 'README.md']);
    expect(looks.cache).toBe(0);
  });

  it('are not those whose files a remote has, or lie where people look for them', async () => {
    await expect(
      given({ 'tiny/quantize/Q6_K': q6 }, { onRemotes: ['tiny-Q6_K.gguf'] }).gone(
        'run',
        'tiny:quantize:Q6_K',
      ),
    ).resolves.toEqual({});
    const { workspaceRoot, gone, asked } = given({ 'tiny/quantize/Q6_K': q6 });
    put(join(workspaceRoot, 'dist/tiny/tiny-Q6_K.gguf'), 'six');
    await expect(gone('run', 'tiny:quantize:Q6_K')).resolves.toEqual({});
    expect(asked).toEqual([]);
  });

  it("are found in Nx's cache when dist/ does not have them", async () => {
    const cached = {
      '17/dist/tiny/quantize/Q6_K': q6,
      '18/dist/tiny/quantize/Q4_K_M': q4,
      '19/dist/web': card,
    };
    const { gone, looks } = given({ 'tiny/quantize/Q4_K_M': q4 }, { cached });
    await expect(gone('run', 'tiny:quantize:Q6_K')).resolves.toEqual({
      'tiny:quantize:Q6_K': ['tiny-Q6_K.gguf'],
    });
    expect(looks.cache).toBe(1);
    await expect(gone('run', 'tiny:quantize:Q4_K_M')).resolves.toEqual({
      'tiny:quantize:Q4_K_M': ['tiny-Q4_K_M.gguf'],
    });
    expect(looks.cache).toBe(1);
  });

  it('do not include what cannot be read', async () => {
    const { workspaceRoot, gone } = given({});
    put(join(workspaceRoot, 'dist/tiny/quantize/Q6_K/artifact.json'), '{');
    await expect(gone('run', 'tiny:quantize:Q6_K')).resolves.toEqual({});
  });
});

describe('the variable of a target', () => {
  const target = { root: 'models/tiny', target: 'quantize:Q6_K' };

  it('tells the target which files were found gone', () => {
    const env = { [rerunVariable(target)]: rerunValue('run 1', ['a.gguf', 'b.gguf']) };
    expect(Object.keys(env)).toEqual(['NX_GGUF_GONE_MODELS_TINY_QUANTIZE_Q6_K']);
    expect(missingFiles(env, target)).toEqual(['a.gguf', 'b.gguf']);
    expect(missingFiles(env, { ...target, target: 'quantize:Q4_K_M' })).toBeNull();
  });

  it('is an input of that target, if it leaves files', () => {
    expect(rerunInputs(target)).toEqual([{ env: 'NX_GGUF_GONE_MODELS_TINY_QUANTIZE_Q6_K' }]);
    expect(rerunInputs({ ...target, target: 'fetch' })).toEqual([]);
  });
});
