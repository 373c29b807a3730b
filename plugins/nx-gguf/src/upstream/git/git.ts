import { GgufError, isGgufError, systemErrorCode } from '../../core/errors.js';
import { safeGitEnvironment, safeGitSettings } from '../../core/git-address.js';
import { lastLines } from '../../toolchain/run-tool.js';
import { startProcess } from '../../toolchain/start-process.js';
import { interrupted, TransientError, withRetries } from '../../transport/retry.js';
import type { UpstreamContext } from '../upstream-context.js';

/** One run of git: its arguments, what it reads, and where its output goes when that is large. */
export interface GitRun {
  args: readonly string[];
  directory: string;
  input?: string | Uint8Array;
  toFile?: string;
  onProgress?: (text: string) => void;
}

const mostOutput = 128 << 20;

/** What keeps a repository from running anything; the user's credentials and ssh stay usable. */
const settings = [
  // A server that sends nothing for a minute is given up on.
  'http.lowSpeedLimit=1',
  'http.lowSpeedTime=60',
  'lfs.activitytimeout=60',
].flatMap((setting) => ['-c', setting]);

/** What git says of failures that may pass: of the network, and of servers that are busy. */
const passing =
  /could not resolve host|connection (?:timed out|refused|reset)|operation too slow|early eof|rpc failed|unexpected disconnect|the requested URL returned error: (?:429|5\d\d)|i\/o timeout|rate limit exceeded|from HTTP (?:429|5\d\d)/i;

/** True of a line of git or git-lfs that speaks of a failure which may pass. */
export function mayPass(line: string): boolean {
  return passing.test(line);
}

/**
 * Runs a git command that talks to a server; repeated with growing pauses when the failure may pass.
 * @throws GgufError as `runGit`, and `DOWNLOAD_FAILED` when it failed too often
 */
export function runGitWithRetries(run: GitRun, context: UpstreamContext, of: string): Promise<Buffer> {
  const attempt = () =>
    runGit(run, context).catch((error: unknown) => {
      const tail = isGgufError(error) ? error.tail : [];
      // A server that refused did answer, whatever its own words speak of.
      const words = tail.some((line) => line.includes('[remote rejected]')) ? undefined : tail.find(mayPass);
      throw words === undefined ? error : new TransientError(words, { cause: error });
    });
  return withRetries({ of, attempt }, context);
}

/**
 * Runs git without a shell, without questions and without hooks; its output as bytes.
 * @throws GgufError `GIT_MISSING`, `GIT_LFS_MISSING`, `INTERRUPTED`, or `GIT_FAILED` with the last lines it
 *   printed
 */
export async function runGit(
  { args, directory, input, toFile, onProgress }: GitRun,
  { env, signal }: Pick<UpstreamContext, 'env' | 'signal'>,
): Promise<Buffer> {
  const start = {
    kind: 'git',
    command: 'git',
    args: [...safeGitSettings, ...settings, ...args],
    around: env,
    env: {
      ...safeGitEnvironment,
      GIT_LFS_FORCE_PROGRESS: '1',
      LC_ALL: 'C',
    },
  } as const;
  const { child } = await startProcess(start, {
    cwd: directory,
    reject: false,
    encoding: 'buffer',
    stripFinalNewline: false,
    maxBuffer: mostOutput,
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(toFile === undefined ? {} : { stdout: { file: toFile } }),
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    forceKillAfterDelay: 5000,
  });
  if (onProgress !== undefined) child.stderr.on('data', (data: Buffer) => onProgress(data.toString()));
  const result = await child;
  if (result.isCanceled) throw interrupted('git');
  if (result.exitCode === 0) return toFile === undefined ? Buffer.from(result.stdout) : Buffer.alloc(0);
  if (systemErrorCode(result.cause) === 'ENOENT')
    throw new GgufError('GIT_MISSING', 'git is not installed', {
      hint: 'Debian/Ubuntu: apt-get install git git-lfs; macOS: brew install git git-lfs',
    });
  const text = Buffer.from(result.stderr).toString();
  if (/'lfs' is not a git command/.test(text))
    throw new GgufError(
      'GIT_LFS_MISSING',
      'the repository keeps files in Git LFS, and git-lfs is not installed',
      { hint: 'Debian/Ubuntu: apt-get install git-lfs; macOS: brew install git-lfs' },
    );
  const command = args.find((argument) => !argument.startsWith('-')) ?? '';
  throw new GgufError('GIT_FAILED', `git ${command} ended with exit code ${result.exitCode ?? 128}`, {
    tail: lastLines(text),
    ...(result.isMaxBuffer ? { hint: 'It printed more than can be read.' } : {}),
    ...(command === 'lfs'
      ? {
          hint: 'The files are in Git LFS, and its server does not give them: was `git lfs push` run, and do the credentials reach it?',
        }
      : {}),
  });
}
