import type { CreateDependenciesContext } from '@nx/devkit';
import { createDependencies } from './create-dependencies.js';
import { projectNode } from './project-node.js';
import type { Declaration } from '../workspace/project-file.js';

/** The edges between projects in directories of their names; `ignored` ones are not known to git. */
function edgesOf(declarations: readonly Declaration[], ignored: readonly string[] = []) {
  const projects = Object.fromEntries(
    declarations.map((declaration) => {
      const { root } = declaration;
      return [root, projectNode(declaration, { prefix: '', name: root, clash: null }).projects?.[root]];
    }),
  );
  const projectFileMap = Object.fromEntries(
    declarations
      .filter(({ root }) => !ignored.includes(root))
      .map(({ root, kind }) => [root, [{ file: `${root}/${kind}.json`, hash: '' }]]),
  );
  return createDependencies(undefined, {
    projects,
    fileMap: { projectFileMap, nonProjectFiles: [] },
  } as unknown as CreateDependenciesContext);
}

const model: Declaration = {
  kind: 'model',
  root: 'm',
  content: {
    source: { type: 'git' },
    imatrix: { corpus: 'gone' },
    evaluation: { corpus: { project: 'texts', file: 'a' } },
  },
};
const texts: Declaration = {
  kind: 'corpus',
  root: 'texts',
  content: { source: { type: 'command', command: ['{llamaCpp}'] } },
};
const toolchain: Declaration = { kind: 'toolchain', root: 'llama-cpp', content: { source: { type: 'npm' } } };

describe('the edges between projects', () => {
  it('are those of their tasks, to projects that are there', () => {
    expect(edgesOf([model, texts, toolchain])).toEqual([
      { source: 'm', target: 'llama-cpp', type: 'static', sourceFile: 'm/model.json' },
      { source: 'm', target: 'texts', type: 'static', sourceFile: 'm/model.json' },
      { source: 'texts', target: 'llama-cpp', type: 'static', sourceFile: 'texts/corpus.json' },
    ]);
  });

  it('come from no file when git ignores it', () => {
    expect(edgesOf([model, toolchain], ['m'])).toEqual([
      { source: 'm', target: 'llama-cpp', type: 'implicit' },
    ]);
  });

  it('do not lead back to the project', () => {
    expect(edgesOf([{ ...model, content: { ...model.content, toolchain: 'm' } }])).toEqual([]);
  });
});
