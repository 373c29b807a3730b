import { posix } from 'node:path';
import type { ProjectConfiguration, TargetConfiguration } from '@nx/devkit';
import { GgufError } from '../core/errors.js';
import { didYouMean } from '../core/suggestion.js';
import { isRecord, text } from '../workspace/loose-json.js';
import type { Declaration } from '../workspace/project-file.js';
import { requireToolchain } from '../workspace/workspace.js';

type Projects = Readonly<Record<string, ProjectConfiguration>>;

/**
 * Checks the projects that targets build on: Nx drops a dependency on one that does not exist, or that has no
 * such target, and a task would find out when its turn comes, after hours.
 * @param planned the targets of the declaration's project that are to run
 * @throws GgufError `PROJECT_MISSING`, `CORPUS_MISSING` or `TOOLCHAIN_MISSING`, with the field that names it
 */
export function requireNamedProjects(
  declaration: Declaration,
  planned: readonly Pick<TargetConfiguration, 'dependsOn'>[],
  projects: Projects,
): void {
  const needed = new Set(planned.flatMap(({ dependsOn = [] }) => dependsOn.flatMap(projectsOf)));
  const file = posix.join(declaration.root, `${declaration.kind}.json`);
  const corpora = Object.keys(projects).filter((name) => projects[name]?.tags?.includes('nx-gguf:corpus'));
  const problems: { code: string; message: string }[] = [];
  for (const { field, project, isToolchain } of namedProjects(declaration)) {
    if (!needed.has(project)) continue;
    const place = `${JSON.stringify(field)} of ${file}`;
    if (isToolchain) requireToolchain({ projects }, project, place);
    const found = projects[project];
    if (found !== undefined && (isToolchain || isCorpus(found))) continue;
    const near = didYouMean(project, corpora);
    problems.push(
      found === undefined
        ? {
            code: 'PROJECT_MISSING',
            message: `${place} names the project ${JSON.stringify(project)}, which this workspace does not have${near}`,
          }
        : {
            code: 'CORPUS_MISSING',
            message: `${place} names the project ${JSON.stringify(project)}, which has no corpus.json${near}`,
          },
    );
  }
  const [first] = problems;
  if (first === undefined) return;
  throw new GgufError(first.code, problems.map(({ message }) => message).join('\n'), {
    hint:
      corpora.length === 0
        ? 'A corpus is a directory with a corpus.json; this workspace has none.'
        : `Corpora here: ${corpora.sort().join(', ')}`,
  });
}

/** The projects that a dependency of a target names; none for a target of its own project. */
function projectsOf(dependency: NonNullable<TargetConfiguration['dependsOn']>[number]): readonly string[] {
  if (typeof dependency === 'string') return [];
  const { projects = [] } = dependency;
  return typeof projects === 'string' ? [projects] : projects;
}

function namedProjects({
  kind,
  content,
}: Declaration): { field: string; project: string; isToolchain: boolean }[] {
  const corpus = (field: string) => {
    const part = content[field];
    const value = isRecord(part) ? part['corpus'] : undefined;
    const project = text(isRecord(value) ? value['project'] : value);
    const place = isRecord(value) ? `${field}.corpus.project` : `${field}.corpus`;
    return project === null ? [] : [{ field: place, project, isToolchain: false }];
  };
  const toolchain = text(content['toolchain']);
  return [
    ...(toolchain === null ? [] : [{ field: 'toolchain', project: toolchain, isToolchain: true }]),
    ...(kind === 'model' ? [...corpus('imatrix'), ...corpus('evaluation')] : []),
  ];
}

/** True for a project that may be a corpus; of one without targets nothing is known. */
function isCorpus({ tags = [], targets }: ProjectConfiguration): boolean {
  return targets === undefined || tags.includes('nx-gguf:corpus');
}
