import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { runTool } from './run-tool.js';
import { toolEnvironment, type ToolKind } from './tool-environment.js';

/** What a developer or a CI has in the environment, and no tool has a use for. */
const secrets = [
  ...[
    'HF_TOKEN',
    'HUGGING_FACE_HUB_TOKEN',
    'NX_GGUF_REMOTE_TOKEN',
    'NX_SELF_HOSTED_REMOTE_CACHE_ACCESS_TOKEN',
  ],
  ...[
    'NX_CLOUD_ACCESS_TOKEN',
    'NX_CLOUD_AUTH_TOKEN',
    'NX_GGUF_REMOTE',
    'AWS_ACCESS_KEY_ID',
    'AWS_SECRET_ACCESS_KEY',
  ],
  ...[
    'AWS_SESSION_TOKEN',
    'AZURE_CLIENT_SECRET',
    'GOOGLE_APPLICATION_CREDENTIALS',
    'GITHUB_TOKEN',
    'GH_TOKEN',
  ],
  ...[
    'ACTIONS_RUNTIME_TOKEN',
    'ACTIONS_ID_TOKEN_REQUEST_TOKEN',
    'CI_JOB_TOKEN',
    'SYSTEM_ACCESSTOKEN',
    'OPENAI_API_KEY',
  ],
  ...[
    'DATABASE_URL',
    'DOCKER_AUTH_CONFIG',
    'VAULT_TOKEN',
    'KUBECONFIG',
    'TWINE_PASSWORD',
    'UV_PUBLISH_TOKEN',
  ],
  ...[
    'CUDA_TOKEN',
    'CUDA_PASS',
    'XDG_PWD',
    'CMAKE_SECRET',
    'XDG_API_KEY',
    'LC_PASSWORD',
    'NODE_OPTIONS',
    'BASH_ENV',
    'ENV',
    'PYTHONSTARTUP',
  ],
  ...[
    'PYTHONPATH',
    'LLAMA_ARG_THREADS',
    'LLAMA_LOG_FILE',
    'GGML_CUDA_ENABLE_UNIFIED_MEMORY',
    'GGML_VK_VISIBLE_DEVICES',
  ],
];
/** Of the others, which kinds get them beside what all get. */
const needed: Readonly<Record<string, readonly ToolKind[]>> = {
  NPM_TOKEN: ['npm'],
  NODE_AUTH_TOKEN: ['npm'],
  npm_config_registry: ['npm'],
  PIP_INDEX_URL: ['install'],
  UV_INDEX_MINE_PASSWORD: ['install'],
  https_proxy: ['install', 'npm', 'git', 'command'],
  HTTPS_PROXY: ['install', 'npm', 'git', 'command'],
  SSL_CERT_FILE: ['install', 'npm', 'git', 'command'],
  SSH_AUTH_SOCK: ['git'],
  GIT_SSH_COMMAND: ['git'],
  GIT_ASKPASS: ['git'],
  DBUS_SESSION_BUS_ADDRESS: ['git', 'browser'],
  CC: ['build', 'install'],
  CXX: ['build', 'install'],
  CMAKE_PREFIX_PATH: ['build', 'install'],
  CCACHE_DIR: ['build', 'install'],
  CFLAGS: ['install'],
  CUDA_VISIBLE_DEVICES: ['compute', 'build', 'python', 'command'],
  HIP_VISIBLE_DEVICES: ['compute', 'build', 'python', 'command'],
  ROCR_VISIBLE_DEVICES: ['compute', 'build', 'python', 'command'],
  OMP_NUM_THREADS: ['compute', 'build', 'python', 'command'],
  DISPLAY: ['git', 'browser'],
};
const kinds: readonly ToolKind[] = [
  'compute',
  'build',
  'python',
  'install',
  'npm',
  'git',
  'command',
  'browser',
];
const common = [
  'PATH',
  'HOME',
  'TMPDIR',
  'LANG',
  'LC_ALL',
  'LD_LIBRARY_PATH',
  'XDG_CACHE_HOME',
  'SystemRoot',
];

describe.each(kinds)('a child of the kind %s', (kind) => {
  it('gets what it needs, and no secret', () => {
    const all = [...secrets, ...Object.keys(needed), ...common];
    const got = toolEnvironment(kind, Object.fromEntries(all.map((name) => [name, `value of ${name}`])));
    expect(Object.keys(got).sort()).toEqual(
      [...common, ...Object.keys(needed).filter((name) => needed[name]?.includes(kind))].sort(),
    );
    for (const [name, value] of Object.entries(got)) expect(value).toBe(`value of ${name}`);
  });

  it('has no other in its environment', async () => {
    const before = { ...process.env };
    try {
      for (const name of [...secrets, ...Object.keys(needed)]) process.env[name] = `leak of ${name}`;
      const { output } = await runTool({
        kind,
        command: process.execPath,
        args: ['-e', 'console.log(JSON.stringify(process.env))'],
        cwd: import.meta.dirname,
        env: { OWN: 'own' },
      });
      const seen = JSON.parse(output) as Record<string, string>;
      expect(seen).toMatchObject({ PATH: process.env['PATH'], OWN: 'own' });
      expect(Object.keys(seen).filter((name) => secrets.includes(name))).toEqual([]);
      expect(
        Object.keys(seen)
          .filter((name) => name in needed)
          .sort(),
      ).toEqual(
        Object.keys(needed)
          .filter((name) => needed[name]?.includes(kind))
          .sort(),
      );
    } finally {
      for (const name of Object.keys(process.env))
        if (!(name in before)) Reflect.deleteProperty(process.env, name);
      Object.assign(process.env, before);
    }
  });
});

it('no process is started elsewhere', () => {
  const source = join(import.meta.dirname, '..');
  const starting = globSync(['**/*.ts'], { cwd: source, ignore: ['**/*.spec.ts', '**/testing/**'] }).filter(
    (file) =>
      /child_process|\bimport\('execa'\)|import (?!type).* from 'execa'|cluster'/.test(
        readFileSync(join(source, file), 'utf8'),
      ),
  );
  expect(starting).toEqual(['toolchain/start-process.ts']);
});
