import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { GgufError } from '../core/errors.js';
import type { ServeReportOptions } from '../core/generated/executors/serve-report.generated.js';
import type { Manifest } from '../core/generated/manifest.generated.js';
import { benchFile } from '../steps/bench/bench.js';
import { reportFile } from '../steps/evidence/report.js';
import { readManifest } from '../store/actions.js';
import type { ArtifactFiles, RecipePorts } from '../recipe/ports.js';
import { recipeToStep } from '../recipe/recipe-to-step.js';
import { createResults } from '../results/create-results.js';
import { reportedModels, reportOfModels } from './report-models.js';
import type { Execution } from '../task/run-executor.js';
import { startProcess } from '../toolchain/start-process.js';
import { serveReport, type ReportServer } from './report-server.js';
import { filesDirectory, manifestPath, targetName, type TargetRef } from '../core/target.js';
import { readSmallText } from '../files/small-file.js';
import { taskName } from '../workspace/workspace.js';

/** A page that can be made again, and the directories whose results it shows. */
interface Served {
  page: () => Promise<string>;
  directories: readonly string[];
}

const pauseMs = 700;

/** Serves the project's report until it is told to stop; the page follows the results. */
export async function runServeReport(execution: Execution<ServeReportOptions>): Promise<void> {
  const { options, project, environment, print } = execution;
  const served = await servedReport(execution);
  const server = await serveReport(await served.page(), options.port ?? 0);
  try {
    print(`${project}: the report is at ${server.address}`);
    print('It follows the results. Ctrl-C ends it.');
    if (options.open === true)
      openBrowser(server.address, () =>
        environment.report({
          type: 'warning',
          message: `no browser could be started; open ${server.address} yourself`,
        }),
      );
    await follow(served, server, environment.signal);
  } finally {
    await server.close();
  }
}

async function servedReport({
  project,
  environment,
  ref: refOf,
  builtOn,
  results,
}: Execution<ServeReportOptions>): Promise<Served> {
  const { root, projects } = environment.workspace;
  const ref = refOf('report');
  const target = Object.values(projects[project]?.targets ?? {}).find(
    ({ executor }) => executor === 'nx-gguf:report-models',
  );
  if (target !== undefined) {
    const { models: named } = (target.options ?? {}) as { models?: string[] };
    const models = await reportedModels(ref, { named, builtOn }, results);
    const fresh = () => onlyKnown(createResults(environment));
    return {
      directories: models.map((model) => join(root, filesDirectory(model))),
      page: async () => pageOf(await reportOfModels(ref, models, fresh()), fresh()),
    };
  }
  return {
    directories: [join(root, filesDirectory(project))],
    page: async () => {
      const fresh = onlyKnown(createResults(environment));
      const { step, toolchain } = await recipeToStep(ref, fresh);
      return pageOf(await fresh.perform(step, toolchain), fresh);
    },
  };
}

/** Ports that take what is there: showing a page must not begin to make what somebody else is making. */
function onlyKnown(results: RecipePorts): RecipePorts {
  return {
    ...results,
    upstream: async (ref: TargetRef) => {
      const present = await readManifest(join(results.environment.workspace.root, manifestPath(ref))).catch(
        () => null,
      );
      if (present === null)
        throw new GgufError('RESULTS_MISSING', `there is no result of ${targetName(ref)}`, {
          hint: `Run \`nx run ${taskName({ project: ref.project, kind: 'report' }, results.environment.workspace)}\` first.`,
        });
      return results.upstream(ref);
    },
  };
}

async function pageOf(manifest: Manifest, results: ArtifactFiles): Promise<string> {
  const file = manifest.files.find(({ name }) => name === reportFile);
  if (file === undefined) throw new Error('a report without a page');
  return readSmallText(await results.resolve(file));
}

/**
 * Looks at the results now and then. Once they changed, and are at rest, the page is made again; as long as
 * they do not fit together, the old one stays.
 */
async function follow(
  { page, directories }: Served,
  server: ReportServer,
  signal: AbortSignal | undefined,
): Promise<void> {
  let shown = await stateOf(directories);
  let seen = shown;
  while (await pause(signal)) {
    const now = await stateOf(directories);
    if (now !== shown && now === seen) {
      shown = now;
      await page().then(server.show, () => undefined);
    }
    seen = now;
  }
}

/** Names, sizes and times of all results in the directories. */
async function stateOf(directories: readonly string[]): Promise<string> {
  const states = await Promise.all(
    directories.map(async (directory) => {
      const names = await readdir(directory, { recursive: true }).catch(() => []);
      const results = names
        .filter((name) => ['artifact.json', benchFile].includes(basename(name)) && dirname(name) !== '.')
        .sort();
      return Promise.all(
        results.map(async (name) => {
          const found = await stat(join(directory, name)).catch(() => null);
          return `${name} ${found?.mtimeMs ?? 0} ${found?.size ?? 0} ${found?.ino ?? 0}`;
        }),
      );
    }),
  );
  return states.flat().join('\n');
}

async function pause(signal: AbortSignal | undefined): Promise<boolean> {
  return setTimeout(pauseMs, true, signal === undefined ? {} : { signal }).catch(() => false);
}

function openBrowser(address: string, failed: () => void): void {
  const [command, ...args]: [string, ...string[]] =
    process.platform === 'darwin'
      ? ['open', address]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', address]
        : ['xdg-open', address];
  const start = { kind: 'browser', command, args } as const;
  void startProcess(start, { stdio: 'ignore', detached: true, cleanup: false, reject: false }).then(
    async ({ child }) => {
      child.unref();
      const { exitCode, signal } = await child;
      if (exitCode === undefined && signal === undefined) failed();
    },
  );
}
