import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { projectNodes } from './project-nodes.js';

describe('the tag of the steps\' logic', () => {
  it('is given to projects that name our executors, and to no other', async () => {
    const workspaceRoot = temporaryDirectory();
    put(`${workspaceRoot}/models/a/project.json`, '{ "targets": { "fetch": { "executor": "nx-gguf:fetch" } } }');
    put(`${workspaceRoot}/apps/web/project.json`, '{ "targets": { "build": { "executor": "nx:noop" } } }');
    put(`${workspaceRoot}/apps/web/model.json`, '{ "format": "graph-model" }');
    const [, create] = projectNodes;
    const nodes = await create(['models/a/project.json', 'apps/web/project.json'], undefined, { workspaceRoot, nxJsonConfiguration: {} });
    expect(nodes).toEqual([['models/a/project.json', { projects: { 'models/a': { root: 'models/a', tags: [expect.stringMatching(/^nx-gguf:logic:[\d.]+$/)], targets: {} } } }]]);
  });
});

describe('the inputs that a run can change', () => {
  it.each([
    ['by its name', '{ "name": "tiny", "targets": { "convert": { "executor": "nx-gguf:convert" } } }', 'NX_GGUF_GONE_TINY_CONVERT'],
    ['by its directory', '{ "targets": { "convert": { "executor": "nx-gguf:convert" } } }', 'NX_GGUF_GONE_A_CONVERT'],
    ['with comments', '{ // small\n "name": "tiny", "targets": { "convert": { "executor": "nx-gguf:convert" } } }', 'NX_GGUF_GONE_TINY_CONVERT'],
  ])('are given to a project known %s', async (_, text, env) => {
    const workspaceRoot = temporaryDirectory();
    put(`${workspaceRoot}/models/a/project.json`, text);
    const [, create] = projectNodes;
    const [node] = await create(['models/a/project.json'], undefined, { workspaceRoot, nxJsonConfiguration: {} });
    expect(node?.[1].projects?.['models/a']?.targets).toEqual({ convert: { inputs: [{ env }] } });
  });
});
