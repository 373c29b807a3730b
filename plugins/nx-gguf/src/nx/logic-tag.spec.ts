import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { logicTag } from './logic-tag.js';

describe('the tag of the steps\' logic', () => {
  it('is given to projects that name our executors, and to no other', async () => {
    const workspaceRoot = temporaryDirectory();
    put(`${workspaceRoot}/models/a/project.json`, '{ "targets": { "fetch": { "executor": "nx-gguf:fetch" } } }');
    put(`${workspaceRoot}/apps/web/project.json`, '{ "targets": { "build": { "executor": "nx:noop" } } }');
    put(`${workspaceRoot}/apps/web/model.json`, '{ "format": "graph-model" }');
    const [, create] = logicTag;
    const nodes = await create(['models/a/project.json', 'apps/web/project.json'], undefined, { workspaceRoot, nxJsonConfiguration: {} });
    expect(nodes).toEqual([['models/a/project.json', { projects: { 'models/a': { root: 'models/a', tags: [expect.stringMatching(/^nx-gguf:logic:[\d.]+$/)] } } }]]);
  });
});
