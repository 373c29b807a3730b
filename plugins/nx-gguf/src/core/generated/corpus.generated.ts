// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Source } from './source.generated.js';

/**
 * A text to calibrate or evaluate on. Any model can name the project that holds it.
 */
export interface Corpus {
  $schema?: string;
  /**
   * What the text is; `nx show project` and `nx graph` show it at the target.
   */
  description?: string;
  /**
   * Project that holds toolchain.json, for sources that use {llamaCpp} or {python}.
   */
  toolchain?: string;
  source: Source;
}
