import { mkdtemp, mkdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { oddFiles } from '../../files/testing/odd-files.js';
import { hubAccess, userToken } from './hub-endpoint.js';

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'nx-gguf-token-'));
  for (const directory of ['.cache/huggingface', 'hf', 'xdg/huggingface'])
    await mkdir(join(home, directory), { recursive: true });
  await writeFile(join(home, '.cache/huggingface/token'), 'hf_default\n');
  await writeFile(join(home, 'hf/token'), 'hf_home');
  await writeFile(join(home, 'xdg/huggingface/token'), 'hf_xdg');
  await writeFile(join(home, 'elsewhere'), ' hf_path \n');
});

afterAll(() => rm(home, { recursive: true, force: true }));

describe('the token', () => {
  it.each<[string, Record<string, string>, string | null]>([
    ['HF_TOKEN', { HF_TOKEN: 'hf_env' }, 'hf_env'],
    ['an empty HF_TOKEN counts as none', { HF_TOKEN: '' }, 'hf_default'],
    ['HF_TOKEN_PATH', { HF_TOKEN_PATH: '{home}/elsewhere' }, 'hf_path'],
    ['HF_HOME', { HF_HOME: '{home}/hf' }, 'hf_home'],
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '{home}/xdg' }, 'hf_xdg'],
    ['~ in HF_HOME', { HF_HOME: '~/hf' }, 'hf_home'],
    ['~ in HF_TOKEN_PATH', { HF_TOKEN_PATH: '~/elsewhere' }, 'hf_path'],
    ['~ in XDG_CACHE_HOME', { XDG_CACHE_HOME: '~/xdg' }, 'hf_xdg'],
    ['the default file', {}, 'hf_default'],
    ['no file', { HF_HOME: '{home}/none' }, null],
  ])('%s', async (...[, env, expected]) => {
    const filled = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name, value.replace('{home}', home)]),
    );
    expect(await userToken({ HOME: home, ...filled })).toBe(expected);
  });
});

it.each(oddFiles)('%s is no file with a token, and not waited for', async (_, put) => {
  const path = join(await mkdtemp(join(home, 'odd-')), 'token');
  put(path);
  await expect(userToken({ HOME: home, HF_TOKEN_PATH: path })).rejects.toMatchObject({
    code: 'TOKEN_UNREADABLE',
  });
});

it('a file without end is no file with a token', async () => {
  const path = join(home, 'endless');
  await writeFile(path, '');
  await truncate(path, 2 ** 40);
  await expect(userToken({ HOME: home, HF_TOKEN_PATH: path })).rejects.toMatchObject({
    code: 'TOKEN_UNREADABLE',
  });
});

it.each(['"hf_mine"', "'hf_mine'", '$MY_TOKEN', 'Bearer hf_mine'])('%s is no token', async (token) => {
  await expect(userToken({ HOME: home, HF_TOKEN: token })).rejects.toMatchObject({ code: 'BAD_TOKEN' });
});

describe('the hub', () => {
  it.each<[string, { endpoint?: string }, Record<string, string>, string, boolean]>([
    ['the public one', {}, {}, 'https://huggingface.co', true],
    ['HF_ENDPOINT', {}, { HF_ENDPOINT: 'https://mirror.example.org/' }, 'https://mirror.example.org', true],
    [
      'that of the source, without the token',
      { endpoint: 'https://other.example.org/hub' },
      {},
      'https://other.example.org/hub',
      false,
    ],
    [
      'that of the source, which HF_ENDPOINT names too',
      { endpoint: 'https://mirror.example.org' },
      { HF_ENDPOINT: 'https://mirror.example.org' },
      'https://mirror.example.org',
      true,
    ],
    ['the public one by name', { endpoint: 'https://huggingface.co' }, {}, 'https://huggingface.co', true],
    [
      'the public one by name, while HF_ENDPOINT names another',
      { endpoint: 'https://huggingface.co' },
      { HF_ENDPOINT: 'https://mirror.example.org' },
      'https://huggingface.co',
      false,
    ],
  ])('%s', async (...[, source, env, endpoint, hasToken]) => {
    const access = await hubAccess(source, { HF_TOKEN: 'hf_mine', HOME: home, ...env });
    expect(access.endpoint).toBe(endpoint);
    expect(access.token).toEqual(hasToken ? { origin: new URL(endpoint).origin, value: 'hf_mine' } : null);
  });
});
