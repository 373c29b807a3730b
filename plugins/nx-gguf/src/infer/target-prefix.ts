import { schemaText } from '../core/schema-files.js';
import { isRecord } from '../workspace/loose-json.js';

/**
 * The prefix of each inferred target's name: the plugin's option `targetPrefix`; empty when the option is
 * absent or wrong, which the targets report.
 */
export function targetPrefix(options: unknown): string {
  const prefix = isRecord(options) ? options['targetPrefix'] : undefined;
  return typeof prefix === 'string' && pattern.test(prefix) ? prefix : '';
}

const pattern = new RegExp(schemaText('plugin', 'properties', 'targetPrefix', 'pattern'));
