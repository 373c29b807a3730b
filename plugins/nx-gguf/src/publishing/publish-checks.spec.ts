import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import type { Model } from '../core/generated/model.generated.js';
import { manifestPath, targetName, type TargetRef } from '../core/target.js';
import type { RecipePorts } from '../recipe/ports.js';
import { manifestText } from '../store/actions.js';
import { manifestOf, put, temporaryDirectory, temporaryStore } from '../store/testing/temporary-store.js';
import { toolNames } from '../toolchain/tool-files.js';
import { renewResults, type CheckedPublication } from './publish-checks.js';

const model: Model = {
  name: 'M',
  source: { type: 'path', path: 'x' },
  quantize: { a: { ftype: 'Q4_K_M' }, b: { ftype: 'Q6_K' } },
  imatrix: { type: 'make', corpus: 'texts' },
  evaluation: { corpus: 'texts' },
};

/** A publication in a workspace whose toolchain is a directory of binaries, recorded as it is or otherwise. */
function publication({
  isRecorded,
  files,
}: {
  isRecorded: boolean;
  files: ('variants' | 'card')[];
}): CheckedPublication {
  const root = temporaryDirectory();
  put(join(root, 'llama/toolchain.json'), '{ "source": { "type": "binaries", "path": "bin" } }');
  for (const tool of toolNames) {
    put(join(root, 'llama/bin', tool), '#!/bin/sh\n');
    chmodSync(join(root, 'llama/bin', tool), 0o755);
  }
  if (isRecorded)
    put(
      join(root, manifestPath({ project: 'llama-cpp', kind: 'build' })),
      manifestText(manifestOf({}, { step: 'build', facts: { identity: { kind: 'another' } } })),
    );
  const never = (): Promise<never> => Promise.reject(new Error('nothing is looked up'));
  const results: RecipePorts = {
    environment: {
      workspace: { root, projects: { 'llama-cpp': { root: 'llama' } } },
      store: temporaryStore(),
      env: {},
      report: () => undefined,
      signal: undefined,
    },
    transfer: {},
    upstream: never,
    perform: never,
    resolve: never,
    toolchain: () => ({ identity: never }),
  };
  const settings = {
    to: { type: 'directory' as const, path: 'x' },
    relativeTo: 'project' as const,
    variants: ['a'],
    files: new Set(files),
    splitMaxSize: '40G',
  };
  return { project: 'm', model, settings, results };
}

async function renewed(checked: CheckedPublication): Promise<string[]> {
  const done: string[] = [];
  await renewResults(checked, {
    obtain: (ref: TargetRef) => Promise.resolve(done.push(targetName(ref))),
    recordBuild: () => Promise.resolve(done.push('the build')),
  });
  return done;
}

describe('what Nx restored and is of another recipe', () => {
  it('is obtained anew in the order in which it is made, with the plans that the card shows', async () => {
    await expect(renewed(publication({ isRecorded: false, files: ['variants', 'card'] }))).resolves.toEqual([
      'texts:fetch',
      'm:fetch',
      'm:convert',
      'm:imatrix',
      'm:plan:a',
      'm:plan:b',
      'm:quantize:a',
      'm:quantize:b',
      'm:kld:a',
      'm:kld:b',
      'm:card',
    ]);
  });

  it('begins with the llama.cpp that it was made with, if that is another by now', async () => {
    const done = await renewed(publication({ isRecorded: true, files: ['variants'] }));
    expect(done.slice(0, 2)).toEqual(['the build', 'texts:fetch']);
    expect(done).not.toContain('m:card');
    expect(done).not.toContain('m:quantize:b');
  });
});
