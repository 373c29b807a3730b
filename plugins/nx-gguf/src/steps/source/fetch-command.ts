import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../../core/json/canonical-json.js';
import { GgufError, isGgufError } from '../../core/errors.js';
import type { ProvenanceInput } from '../../core/generated/manifest.generated.js';
import type { CommandSource } from '../../core/generated/source.generated.js';
import { stepRegistry } from '../../core/step-registry.js';
import { requireQuickGlobs } from '../../upstream/selection/quick-globs.js';
import { filesMatching, listFiles } from './list-files.js';
import { refuseUnfit } from './unfit-files.js';
import type { Refer } from './fetch-path.js';
import { refusePointers } from './refuse-pointers.js';
import type { Step, Workbench } from '../step.js';

/** What a command source is run with. */
export interface CommandContext {
  /** Absolute directory of the project, the program's working directory. */
  projectDir: string;
  refer: Refer;
  /** The environment that the variables which the source declares are taken from. */
  env: Readonly<Record<string, string | undefined>>;
  /**
   * Identity of llama.cpp's source and of the Python environment; asked for only when the command uses them.
   */
  identities: { source: () => Promise<Json>; python: () => Promise<Json> };
}

const placeholder = /\{(output|llamaCpp|python)\}/g;

/**
 * Runs a program that writes the files. Its key is its arguments, its declared inputs and the tools it names.
 */
export async function fetchCommandStep(source: CommandSource, context: CommandContext): Promise<Step> {
  const used = new Set(
    source.command.flatMap((argument) => [...argument.matchAll(placeholder)].map((match) => match[1])),
  );
  const inputs: ProvenanceInput[] = [];
  requireQuickGlobs(source.inputs ?? [], [], { of: 'the inputs of the command' });
  for (const pattern of source.inputs ?? []) {
    const names = await filesMatching(context.projectDir, [pattern]);
    if (names.length === 0)
      throw new GgufError(
        'SOURCE_INPUT_MISSING',
        `no file matches the command's input ${JSON.stringify(pattern)}`,
        { hint: "Inputs are globs relative to the project's directory." },
      );
    await refuseUnfit(context.projectDir, names);
    for (const name of names)
      inputs.push({
        role: 'input',
        name,
        sha256: (await context.refer(join(context.projectDir, name))).sha256,
      });
  }
  const toolchain: Record<string, Json> = {};
  if (used.has('llamaCpp')) toolchain['source'] = await context.identities.source();
  if (used.has('python')) toolchain['python'] = await context.identities.python();
  return {
    action: {
      step: 'fetch',
      version: stepRegistry.fetch.logicVersion,
      parameters: {
        type: 'command',
        command: source.command,
        ...(source.env === undefined ? {} : { env: [...source.env].sort() }),
      },
      inputs,
      toolchain: used.has('llamaCpp') || used.has('python') ? toolchain : null,
    },
    run: async (bench) => {
      const outcome = await runCommand(source, context, bench);
      await mustBeUnchanged(inputs, context);
      return outcome;
    },
  };
}

/** The command has read its inputs where they lie, so they must still be what its result is said to be of. */
async function mustBeUnchanged(
  inputs: readonly ProvenanceInput[],
  { projectDir, refer }: CommandContext,
): Promise<void> {
  for (const { name, sha256 } of inputs) {
    const present = await refer(join(projectDir, name)).catch(() => null);
    if (present?.sha256 !== sha256)
      throw new GgufError('SOURCE_CHANGED', `${name} changed while the source's command ran`, {
        hint: 'Nothing was kept. A command must not write to its own inputs; otherwise run again.',
      });
  }
}

async function runCommand(
  { command, env: declared = [] }: CommandSource,
  { projectDir, env }: CommandContext,
  bench: Workbench,
) {
  const output = join(bench.directory, 'output');
  await mkdir(output);
  const values: Record<string, () => string | Promise<string>> = {
    output: () => output,
    llamaCpp: bench.tools.source,
    python: bench.tools.python,
  };
  const argv: string[] = [];
  for (const argument of command) argv.push(await filled(argument, values));
  const unset = declared.filter((name) => env[name] === undefined);
  if (unset.length > 0)
    bench.report({
      type: 'warning',
      message: `the source's command ${command[0]} declares in "env" what is not set here: ${unset.join(', ')}`,
    });
  bench.report({ type: 'step', message: `running ${command.join(' ')}` });
  await bench
    .runTool({
      command: argv[0] === 'node' ? process.execPath : (argv[0] ?? ''),
      args: argv.slice(1),
      cwd: projectDir,
      kind: 'command',
      env: {
        PYTHONDONTWRITEBYTECODE: '1',
        ...Object.fromEntries(declared.map((name) => [name, env[name]])),
      },
      ...(bench.signal === undefined ? {} : { signal: bench.signal }),
    })
    .catch((cause: unknown) => {
      throw commandFailed(command, cause);
    });
  const { names } = await listFiles(output, {}, { kind: 'files' }).catch((cause: unknown) => {
    if (isGgufError(cause) && cause.code === 'SOURCE_UNREADABLE') throw cause;
    throw new GgufError(
      'COMMAND_WROTE_NOTHING',
      `${command.join(' ')} ended without writing a file to {output}`,
      { cause, hint: 'Pass {output} to the program and write there.' },
    );
  });
  const files = names.map((name) => ({ name, path: join(output, name) }));
  await refusePointers(
    files,
    'The program copied a pointer: run `git lfs pull` in the repository that it reads, and this again.',
  );
  return {
    files,
    facts: { source: { type: 'command' } },
    commands: [command],
  };
}

function commandFailed(command: readonly string[], cause: unknown): unknown {
  if (!isGgufError(cause) || cause.code !== 'TOOL_FAILED') return cause;
  return new GgufError(
    'COMMAND_FAILED',
    `the source's command ${command.join(' ')} failed: ${cause.message}`,
    {
      cause,
      tail: cause.tail,
      hint: `It runs in the project's directory; try it there by hand. Of the environment it gets what any program needs, and what "env" of the source names.`,
    },
  );
}

async function filled(
  argument: string,
  values: Record<string, () => string | Promise<string>>,
): Promise<string> {
  let text = '';
  let end = 0;
  for (const match of argument.matchAll(placeholder)) {
    text += argument.slice(end, match.index) + ((await values[match[1] ?? '']?.()) ?? match[0]);
    end = match.index + match[0].length;
  }
  return text + argument.slice(end);
}
