import { GgufError } from '../core/errors.js';
import type { ManifestFile } from '../core/generated/manifest.generated.js';
import type { CorpusFile } from '../core/generated/model.generated.js';
import { fetchedKind } from '../workspace/declarations.js';
import { projectDirectory } from '../workspace/workspace.js';
import type { Surroundings, TargetManifests } from './ports.js';
import { oneFile } from './upstream-files.js';

/**
 * The text of a corpus that model.json names.
 * @throws GgufError `CORPUS_MISSING`, `FILE_AMBIGUOUS`
 */
export async function corpusText(
  corpus: CorpusFile,
  ports: Surroundings & TargetManifests,
): Promise<ManifestFile> {
  const { project, file } = typeof corpus === 'string' ? { project: corpus, file: undefined } : corpus;
  const { workspace } = ports.environment;
  projectDirectory(workspace, project, '"corpus"');
  if ((await fetchedKind(workspace, project)) !== 'corpus') {
    throw new GgufError(
      'CORPUS_MISSING',
      `"corpus" names the project ${JSON.stringify(project)}, which has no corpus.json`,
      { hint: 'A corpus is a directory with a corpus.json.' },
    );
  }
  return oneFile(await ports.upstream({ project, kind: 'fetch' }), file, project);
}
