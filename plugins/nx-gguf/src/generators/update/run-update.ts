import { join } from 'node:path';
import { createProjectGraphAsync, readProjectsConfigurationFromProjectGraph, type Tree } from '@nx/devkit';
import { canonicalJson, prettyJson, type Json } from '../../core/json/canonical-json.js';
import { counted } from '../../core/counted.js';
import { GgufError } from '../../core/errors.js';
import type { UpdateOptions } from '../../core/generated/generators/update.generated.js';
import { lockText } from '../../core/lock-entry.js';
import { optionProblems } from '../../core/validate.js';
import { generatorSchema } from '../../core/schema-files.js';
import { noRemotes } from '../../remote/create-remotes.js';
import { fileChangeLine } from '../../report/lock-diff.js';
import { writeDurably } from '../../files/durable.js';
import { defaultStoreRoot, openStore } from '../../store/store.js';
import { namedHub } from '../../upstream/hub/hub-endpoint.js';
import { plainError } from '../../terminal/report-error.js';
import { terminalText } from '../../terminal/terminal-text.js';
import { lockableProjects, updateProject, type ProjectUpdate, type SourceUpdate } from './lock-update.js';
import { progressReporter } from '../../terminal/progress.js';
import type { Environment } from '../../results/results.js';

/**
 * Looks up what the sources of projects are now, prints what changed, and writes the locks, or with `check`
 * ends in an error when one is behind. The last line on stdout is the result as JSON when `check` is set.
 */
export async function runUpdate(tree: Tree, options: UpdateOptions): Promise<void> {
  const progress = progressReporter({
    write: (text) => process.stderr.write(text),
    isTerminal: process.stderr.isTTY,
    nowMs: () => performance.now(),
  });
  try {
    await update(tree, options, progress.report);
  } catch (error) {
    throw plainError(error);
  } finally {
    progress.end();
  }
}

async function update(tree: Tree, options: UpdateOptions, report: Environment['report']): Promise<void> {
  const problems = optionProblems(generatorSchema('update'), options);
  const { project, all = false, check = false, summary } = options;
  if (problems.length > 0)
    throw new GgufError('BAD_OPTIONS', problems.join('\n'), {
      hint: `It takes: ${Object.keys(generatorSchema('update').properties ?? {}).join(', ')}.`,
    });
  if (all === (project !== undefined))
    throw new GgufError('BAD_OPTIONS', 'name one project with --project, or all with --all');
  // With the targets that the plugin makes, which no project.json need name.
  const { projects } = readProjectsConfigurationFromProjectGraph(await createProjectGraphAsync());
  const workspace = { root: tree.root, projects, hub: namedHub(process.env) };
  const store = await openStore(defaultStoreRoot(process.env), process.env);
  const environment: Environment = {
    workspace,
    store,
    remotes: noRemotes(store),
    env: process.env,
    report,
    signal: undefined,
  };
  const updates: ProjectUpdate[] = [];
  for (const name of project === undefined ? await lockableProjects(workspace) : [project])
    updates.push(await updateProject(name, environment));
  for (const one of updates) process.stdout.write(terminalText(projectText(one)));
  const result = summaryOf(updates);
  if (summary !== undefined) await writeDurably(join(tree.root, summary), prettyJson(result));
  if (check) process.stdout.write(`${terminalText(canonicalJson(result))}\n`);
  else for (const one of updates) writeLock(tree, one, projects[one.project]?.root ?? '');
  const failed = updates.flatMap((one) =>
    one.sources
      .filter(({ status }) => status === 'failed')
      .map(({ place, error }) => `${one.project} ${place}: ${error ?? ''}`),
  );
  if (failed.length > 0)
    throw new GgufError('UPDATE_FAILED', failed.join('\n'), {
      hint: 'Nothing was written. The other sources were looked up.',
    });
  const behind = updates.filter(isBehind).map((one) => one.project);
  if (check && behind.length > 0)
    throw new GgufError('LOCK_BEHIND', `not what is pinned: ${behind.join(', ')}`, {
      hint: `Take it with: nx g nx-gguf:update ${project === undefined ? '--all' : `--project=${project}`}`,
    });
}

function writeLock(tree: Tree, { lockFile, lock, sources }: ProjectUpdate, root: string): void {
  const path = join(root, lockFile);
  if (sources.every(({ status }) => status === 'removed')) {
    if (tree.exists(path)) tree.delete(path);
    return;
  }
  const before = tree.read(path, 'utf8');
  const text = lockText(lock, before);
  if (before !== text) tree.write(path, text);
}

function isBehind({ sources }: ProjectUpdate): boolean {
  return sources.some(({ status }) => status !== 'current' && status !== 'failed');
}

function summaryOf(updates: readonly ProjectUpdate[]): Json {
  return {
    format: 1,
    behind: updates.some(isBehind),
    failed: updates.some(({ sources }) => sources.some(({ status }) => status === 'failed')),
    projects: updates.map(({ project, lockFile, sources }) => ({
      project,
      lockFile,
      sources: sources.map((source) => ({ ...source })) as unknown as Json[],
    })),
  };
}

function projectText({ project, sources }: ProjectUpdate): string {
  if (sources.length === 0) return `${project}: declares no source to pin\n`;
  return sources.map((source) => `${project} ${source.place}: ${sourceText(source)}\n`).join('');
}

const mostFiles = 200;

function sourceText({ status, commit, files, diffs, error }: SourceUpdate): string {
  const short = (id: string | null): string => id?.slice(0, 12) ?? 'nothing';
  const head = {
    current: `unchanged at ${short(commit.after)}`,
    changed: `${short(commit.before)} → ${short(commit.after)}${files.length === 0 ? ', the same files' : ''}`,
    new: `pinned to ${short(commit.after)}`,
    removed: 'is no longer declared',
    failed: `cannot be looked up: ${error?.split('\n')[0] ?? ''}`,
  }[status];
  return [
    head,
    ...files.slice(0, mostFiles).map((file) => `  ${fileChangeLine(file)}`),
    ...(files.length > mostFiles ? [`  … and ${counted(files.length - mostFiles, 'more file')}`] : []),
    ...diffs.map((diff) => diff.replaceAll(/^/gm, '  ')),
  ].join('\n');
}
