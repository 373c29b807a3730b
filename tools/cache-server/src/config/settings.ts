import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { GgufError, optionProblems } from 'nx-gguf/store';
import type { Bucket, Config } from './generated/config.generated.js';
import { configSchema } from './schemas.js';

/**
 * A configuration with every default filled in; paths are absolute. `maxBytes`, `uploadBytesPerHour`
 * and `maxConnections` may be null.
 */
export type Settings = Required<
  Omit<Config, '$schema' | 'tls' | 's3' | 'maxBytes' | 'uploadBytesPerHour' | 'maxConnections'>
> & {
  tls: { certificate: string; key: string } | null;
  s3: Bucket | null;
  maxBytes: number | null;
  uploadBytesPerHour: number | null;
  maxConnections: number | null;
};

/** The settings that a configuration means; paths in it are relative to `base`. */
export function settingsOf(
  config: Config,
  { env, base }: { env: Readonly<Record<string, string | undefined>>; base: string },
): Settings {
  const defaults = Object.fromEntries(
    Object.entries(configSchema.properties).flatMap(([name, property]) =>
      'default' in property ? [[name, property.default]] : [],
    ),
  );
  const settings = {
    ...defaults,
    s3: null,
    maxBytes: null,
    uploadBytesPerHour: null,
    maxConnections: null,
    ...config,
  } as unknown as Settings;
  const { tls = null, directory } = config;
  return {
    ...settings,
    directory: directory === undefined ? defaultDirectory(env) : resolve(base, directory),
    tls: tls === null ? null : { certificate: resolve(base, tls.certificate), key: resolve(base, tls.key) },
  };
}

/**
 * The configuration in a file.
 * @throws GgufError `BAD_CONFIG`
 */
export async function readConfig(path: string): Promise<{ config: Config; base: string }> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new GgufError('BAD_CONFIG', `${path}: ${(cause as Error).message}`, { cause });
  }
  return { config: checkedConfig(value, path), base: dirname(resolve(path)) };
}

/**
 * A value as a configuration.
 * @throws GgufError `BAD_CONFIG` that names every problem
 */
export function checkedConfig(value: unknown, from: string): Config {
  const problems = optionProblems(configSchema, value);
  const config = value as Config;
  if (problems.length === 0 && (config.lowWater ?? 0.8) > (config.highWater ?? 0.95))
    problems.push('lowWater: is above highWater');
  if (problems.length > 0)
    throw new GgufError('BAD_CONFIG', problems.map((problem) => `${from}: ${problem}`).join('\n'), {
      hint: 'The settings are described in nx-gguf-cache-server/schemas/config.schema.json.',
    });
  return config;
}

function defaultDirectory(env: Readonly<Record<string, string | undefined>>): string {
  const cache = env['XDG_CACHE_HOME'];
  return join(
    cache !== undefined && isAbsolute(cache) ? cache : join(homedir(), '.cache'),
    'nx-gguf-cache-server',
  );
}
