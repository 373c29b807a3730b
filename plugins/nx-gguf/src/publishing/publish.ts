import { relative, resolve } from 'node:path';
import { GgufError } from '../core/errors.js';
import type { PublishOptions } from '../core/generated/executors/publish.generated.js';
import type { Model } from '../core/generated/model.generated.js';
import type { PublishPlan } from '../core/generated/publish-plan.generated.js';
import { readSmallText } from '../files/small-file.js';
import { directoryDestination } from '../destination/directory.js';
import { gitDestination } from '../destination/git.js';
import { hubDestination } from '../destination/hub.js';
import type {
  DestinationRequest,
  DestinationSession,
  OpenDestination,
  PublishedContent,
} from '../destination/session.js';
import { commitMessage } from '../publication/commit-message.js';
import { labelWarnings } from '../publication/labels.js';
import {
  changesOf,
  planPublication,
  type PlannedPublication,
  type PresentFile,
} from '../publication/upload-plan.js';
import { recordFile } from '../publication/record.js';
import { resolveSettings, type ResolvedSettings } from '../publication/settings.js';
import { publicationSentence, publicationTable } from '../publication/table.js';
import { upstreamContext } from '../recipe/lock-file.js';
import { toolchainContext } from '../recipe/toolchain-context.js';
import {
  changedPlaces,
  failedGates,
  renewResults,
  staleResults,
  type CheckedPublication,
} from './publish-checks.js';
import { mendPlaces } from './mend-places.js';
import { filesToPublish, type FilesToPublish } from './publish-files.js';
import { inTurns } from './publish-turns.js';
import { publishedRecipe } from './publish-recipe.js';
import type { Execution } from '../task/run-executor.js';
import { recordToolchainPart } from '../task/run-toolchain.js';
import { defaultToolchain } from '../workspace/declared-model.js';
import { projectDirectory, readConfig } from '../workspace/workspace.js';

/** The subject of one publication. */
interface Publishing extends Execution<PublishOptions> {
  model: Model;
  settings: ResolvedSettings;
  /** Links that were warned of already. */
  told: Set<string>;
}

const cardFile = 'README.md';
const mostLinks = 20;

/** Publishes what the model file says: checks, plan, one commit; or only the plan. */
export async function runPublish(execution: Execution<PublishOptions>): Promise<void> {
  const { options, project, environment } = execution;
  const model = await readConfig(environment.workspace, 'model', project);
  const publishing: Publishing = {
    ...execution,
    model,
    settings: resolveSettings(model, options, { project, hub: environment.workspace.hub }),
    told: new Set(),
  };
  await checkResults(publishing);
  await inTurns(environment.report, () => publishNow(publishing));
}

async function publishNow(publishing: Publishing): Promise<void> {
  const { project, results } = publishing;
  const collected = await filesToPublish(publishing);
  await mendPlaces(project, collected.sources.values(), results);
  settle(await changedPlaces(project, collected.sources.values(), results), publishing, stalePlaces);
  await destinationOf(publishing, collected)((session) => publish(session, publishing, collected));
}

async function publish(
  { present, apply }: DestinationSession,
  publishing: Publishing,
  collected: FilesToPublish,
): Promise<void> {
  const { options, print, project, model, results, settings } = publishing;
  const planned = planPublication(collected.files, present, {
    overwrite: options.overwrite === true,
    prune: options.prune === true,
  });
  const { plan } = planned;
  await tellDanglingLinks(plan, publishing, collected);
  const changes = changesOf(plan);
  tellLabels(planned, present.files, publishing);
  if (options.format === 'json') print(JSON.stringify(plan, null, 2));
  else if (options.dryRun === true) print(publicationTable(plan));
  const refused = plan.files.filter(({ action }) => action === 'refuse');
  if (refused.length > 0) {
    throw new GgufError(
      'PUBLISH_CONFLICT',
      refused.map(({ path, because }) => `${plan.destination}: ${path}: ${because}`).join('\n'),
      { hint: 'Keep what is there by publishing elsewhere, or replace it with --overwrite.' },
    );
  }
  if (options.dryRun === true) return;
  if (options.format !== 'json')
    print(
      changes.length === 0
        ? publicationSentence(plan)
        : publicationTable({
            ...plan,
            files: [...changes, ...plan.files.filter(({ action }) => action === 'keep')],
          }),
    );
  if (changes.length === 0) return;
  const message = commitMessage(await publishedRecipe({ project, model }, settings.variants, results), plan);
  const made = await apply({
    plan,
    contents: await contentsOf(planned, collected, { publishing, amended: present.amended }),
    recordText: planned.recordText,
    message,
  });
  if (options.format !== 'json') print(`published: ${made ?? plan.destination}`);
}

/** Warns of links of the card to files that are neither published nor at the destination, once. */
async function tellDanglingLinks(
  { files, destination }: PublishPlan,
  { environment, results, settings, told }: Publishing,
  { sources }: FilesToPublish,
): Promise<void> {
  const card = sources.get(cardFile);
  if (card === undefined) return;
  const text = 'text' in card ? card.text : await readSmallText(await results.resolve(card.file));
  const { danglingLinks } = await import('../publication/card-links.js');
  const held = new Set(files.filter(({ action }) => action !== 'delete').map(({ path }) => path));
  const page = settings.to.type === 'huggingface' ? destination.replace(/ \(branch .*\)$/, '') : null;
  for (const link of danglingLinks(text, { held, page }).slice(0, mostLinks)) {
    if (told.has(link)) continue;
    told.add(link);
    environment.report({
      type: 'warning',
      message: `${cardFile}: link to ${link}: there is no such file in this publication, nor at ${destination}`,
    });
  }
}

/** Warns of names by which people would get another file, among all files that are going to be there. */
function tellLabels(
  { plan }: PlannedPublication,
  present: readonly PresentFile[],
  { model, environment, told }: Publishing,
): void {
  const paths = new Set([...present, ...plan.files].map(({ path }) => path));
  for (const { path, action } of plan.files) if (action === 'delete') paths.delete(path);
  for (const message of labelWarnings(model, { paths: [...paths] })) {
    if (told.has(message)) continue;
    told.add(message);
    environment.report({ type: 'warning', message });
  }
}

/** The bytes of every file that is sent; files that are gone from this machine are made again. */
async function contentsOf(
  { plan, recordText }: PlannedPublication,
  { sources }: FilesToPublish,
  { publishing, amended }: { publishing: Publishing; amended: DestinationSession['present']['amended'] },
): Promise<Map<string, PublishedContent>> {
  const contents = new Map<string, PublishedContent>();
  for (const { path, action } of changesOf(plan)) {
    const source = sources.get(path);
    if (action === 'delete') continue;
    if (path === recordFile) contents.set(path, { text: recordText });
    else if (path === amended?.path) contents.set(path, { text: amended.text });
    else if (source !== undefined)
      contents.set(path, 'text' in source ? source : { path: await publishing.results.resolve(source.file) });
  }
  return contents;
}

function destinationOf(
  { settings: { to, relativeTo }, options, project, environment, results }: Publishing,
  { files }: FilesToPublish,
): OpenDestination {
  const request: DestinationRequest = {
    wanted: files,
    create: options.create === true,
    dryRun: options.dryRun === true,
  };
  const context = upstreamContext(environment, results.transfer);
  const base =
    relativeTo === 'workspace'
      ? environment.workspace.root
      : projectDirectory(environment.workspace, project, '"publish"');
  switch (to.type) {
    case 'huggingface':
      return hubDestination(to, request, context);
    case 'directory': {
      const directory = resolve(base, to.path);
      const inside = relative(environment.workspace.root, directory);
      return directoryDestination(directory, inside.startsWith('..') ? to.path : inside, {
        request,
        context,
      });
    }
    case 'git':
      return gitDestination(to, base, { request, context });
  }
}

const stalePlaces = {
  code: 'RESULTS_CHANGED',
  allow: 'allowStale',
  hint: 'Files under dist/ are made, not edited: change the recipe, or delete them and run the targets again. --allowStale publishes what the manifests name.',
} as const;

async function checkResults(publishing: Publishing): Promise<void> {
  const { project, model, settings, results } = publishing;
  const checked = { project, model, settings, results };
  const { workspace, report } = publishing.environment;
  const target = (name: 'card' | 'publish'): string => `${project}:${workspace.targetPrefix ?? ''}${name}`;
  const hasRunBefore = publishing.tasks.has(target('card'));
  let found = await staleResults(checked);
  if (found.missing.length === 0 && found.stale.length > 0 && hasRunBefore) {
    // Nx has just run or restored all of them: what it does not see of this machine has changed, and to run
    // them again would restore the same.
    for (const message of found.stale)
      report({ type: 'step', message: `${message}: Nx restored it; it is obtained anew` });
    await renewed(publishing, checked);
    found = await staleResults(checked);
  }
  const { missing, stale } = found;
  if (missing.length > 0)
    throw new GgufError(
      'RESULTS_MISSING',
      `${project}:publish: there is nothing to publish yet\n${missing.join('\n')}`,
      { hint: `Run \`nx run ${target('card')}\` and then this target again.` },
    );
  settle(stale, publishing, {
    code: 'RESULTS_STALE',
    allow: 'allowStale',
    hint: `${
      hasRunBefore
        ? 'Repair what is named.'
        : `Run \`nx run ${target('publish')}\` without --exclude-task-dependencies: it makes first what is out of date.`
    } --allowStale publishes what is there.`,
  });
  settle(await failedGates(checked), publishing, {
    code: 'GATES_NOT_PASSED',
    allow: 'allowFailedGates',
    hint: '--allowFailedGates publishes all the same.',
  });
}

async function renewed(
  { results, environment, model }: Publishing,
  checked: CheckedPublication,
): Promise<void> {
  const toolchain = model.toolchain ?? defaultToolchain;
  await renewResults(checked, {
    obtain: (ref) => results.obtain(ref),
    recordBuild: async () =>
      recordToolchainPart('build', await toolchainContext(toolchain, environment), {
        project: toolchain,
        environment,
      }),
  });
}

/**
 * Problems stop everything, or are warnings when the user allowed them; a dry run always tells and goes on.
 */
function settle(
  problems: readonly string[],
  { options, environment, project }: Publishing,
  { code, allow, hint }: { code: string; allow: 'allowStale' | 'allowFailedGates'; hint: string },
): void {
  if (problems.length === 0) return;
  if (options[allow] !== true && options.dryRun !== true)
    throw new GgufError(code, `${project}:publish: not published\n${problems.join('\n')}`, { hint });
  for (const problem of problems) environment.report({ type: 'warning', message: problem });
}
