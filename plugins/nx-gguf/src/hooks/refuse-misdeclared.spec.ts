import { join } from 'node:path';
import type { ProjectConfiguration } from '@nx/devkit';
import { inferredTargets } from '../infer/project-node.js';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { plannedTargets } from './planned-targets.js';
import { refuseMisdeclared } from './refuse-misdeclared.js';

const model = {
  name: 'M',
  source: { type: 'git', url: 'https://example.org/m.git' },
  quantize: { v: { ftype: 'Q4_K_M' } },
  evaluation: { corpus: 'text' },
};

const targets = inferredTargets({ kind: 'model', root: 'models/m', content: model }, '');
const m: ProjectConfiguration = { root: 'models/m', tags: ['nx-gguf:model'], targets };
const toolchain = { root: 'llama', targets: { build: { executor: 'nx-gguf:toolchain-build' } } };
const texts: ProjectConfiguration = {
  root: 'texts',
  tags: ['nx-gguf:corpus'],
  targets: { fetch: { executor: 'nx-gguf:fetch' } },
};

/** What a command line is refused with, or null. */
async function refusal(
  command: string,
  projects: Record<string, ProjectConfiguration>,
  content: object = model,
): Promise<string | null> {
  const workspaceRoot = temporaryDirectory();
  put(join(workspaceRoot, 'models/m/model.json'), JSON.stringify(content));
  return refuseMisdeclared(['node', 'nx', ...command.split(' ')], { workspaceRoot, projects }).then(
    () => null,
    (error: unknown) => (error as Error).message,
  );
}

describe('a run that is refused before anything runs', () => {
  it.each(['run m:kld:v', 'kld:v m', 'run m:kld', 'run m:kld:v:fast', 'run m:card'])(
    'builds on a corpus that is none: %s',
    async (command) => {
      await expect(refusal(command, { m, 'llama-cpp': toolchain, texts })).resolves.toMatch(
        /PROJECT_MISSING: "evaluation.corpus" of models\/m\/model.json names the project "text", .*did you mean 'texts'/,
      );
    },
  );

  it('has an option that there is none of, in whatever project it builds on', async () => {
    const misspelt = {
      ...toolchain,
      targets: { build: { executor: 'nx-gguf:toolchain-build', options: { job: 4 } } },
    };
    const projects = { m, text: texts, 'llama-cpp': misspelt };
    await expect(refusal('run m:kld:v', projects)).resolves.toMatch(
      /BAD_OPTIONS: llama-cpp:build: .*"job" \(did you mean 'jobs'\?\)/,
    );
    await expect(refusal('run m:fetch', projects)).resolves.toBeNull();
  });

  it.each(['run m:fetch', 'run m:quantize:v', 'run-many -t kld', 'run web:kld', 'show project m'])(
    'is not: %s',
    async (command) => {
      await expect(refusal(command, { m, 'llama-cpp': toolchain })).resolves.toBeNull();
    },
  );
});

it('the targets that a run is to have are those of one project, and what they build on', () => {
  const planned = plannedTargets(['node', 'nx', 'run', 'm:kld:v'], {
    m,
    text: texts,
    'llama-cpp': toolchain,
  });
  expect(planned.map(({ project, target }) => `${project}:${target}`).sort()).toEqual(
    ['llama-cpp:build', 'm:convert', 'm:fetch', 'm:kld:v', 'm:quantize:v', 'text:fetch'].sort(),
  );
});
