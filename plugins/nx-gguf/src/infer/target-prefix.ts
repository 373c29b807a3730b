import { isRecord } from './loose-json.js';

/** What stands in front of each inferred target's name: the plugin's option `targetPrefix`; nothing when it is absent or wrong, which the targets report. */
export function targetPrefix(options: unknown): string {
  const prefix = isRecord(options) ? options['targetPrefix'] : undefined;
  return typeof prefix === 'string' && prefixPattern.test(prefix) ? prefix : '';
}

/** As in plugin.schema.json. */
const prefixPattern = /^[a-z][a-z0-9_-]{0,31}[:._-]?$/;
