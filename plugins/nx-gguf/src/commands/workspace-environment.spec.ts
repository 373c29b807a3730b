import { join } from 'node:path';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import {
  loadWorkspaceEnvironment,
  workspacePluginOptions,
  workspaceRootOf,
} from './workspace-environment.js';

/** The environment after loading a workspace's files into one. */
function loaded(
  files: Readonly<Record<string, string>>,
  env: Record<string, string | undefined> = {},
): Record<string, string | undefined> {
  const root = temporaryDirectory();
  for (const [name, text] of Object.entries(files)) put(join(root, name), text);
  const result = { ...env };
  loadWorkspaceEnvironment(root, result);
  return result;
}

describe('the environment of a workspace', () => {
  it('comes from the files that Nx reads for a task, the first that sets a variable', () => {
    const files = {
      '.env': 'A=1\nB=1\nC=1\n',
      '.local.env': 'A=2\nB=2\n',
      '.env.local': 'A=3\n',
      '.env.other': 'D=4\n',
    };
    expect(loaded(files)).toEqual({ A: '3', B: '2', C: '1' });
  });

  it('leaves what is set already', () => {
    expect(
      loaded({ '.env.local': 'NX_GGUF_REMOTE=http://file\n' }, { NX_GGUF_REMOTE: 'http://shell' }),
    ).toEqual({ NX_GGUF_REMOTE: 'http://shell' });
  });

  it('reads lines of a shell, and replaces variables, from other files too', () => {
    expect(
      loaded(
        {
          '.env.local': 'export REMOTE=$BASE/x # near\nexport TOKEN="a b"\n',
          '.env': 'BASE=http://$HOST_NAME\n',
        },
        { HOST_NAME: 'cache' },
      ),
    ).toMatchObject({ REMOTE: 'http://cache/x', TOKEN: 'a b' });
  });

  it('is switched off as in Nx, and is nothing outside a workspace', () => {
    expect(loaded({ '.env': 'A=1\n' }, { NX_LOAD_DOT_ENV_FILES: 'false' })).toEqual({
      NX_LOAD_DOT_ENV_FILES: 'false',
    });
    expect(loaded({})).toEqual({});
    const env = {};
    loadWorkspaceEnvironment(null, env);
    expect(env).toEqual({});
  });
});

describe('the workspace', () => {
  it('is found from below, and what nx.json says to the plugin', () => {
    const root = temporaryDirectory();
    put(
      join(root, 'nx.json'),
      '// ours\n{ "plugins": ["other", { "plugin": "nx-gguf", "options": { "remote": "file:///x" } }], }',
    );
    put(join(root, 'models/a/project.json'), '{}');
    expect(workspaceRootOf(join(root, 'models/a'))).toBe(root);
    expect(workspaceRootOf(temporaryDirectory())).toBeNull();
    expect(workspacePluginOptions(root)).toEqual({ remote: 'file:///x' });
    expect([workspacePluginOptions(null), workspacePluginOptions(join(root, 'models'))]).toEqual([
      undefined,
      undefined,
    ]);
  });
});
