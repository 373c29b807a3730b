// Generated from the JSON Schema by tools/dev/generate.mjs. Do not edit.
import type { Source } from './source.generated.js';

/**
 * A text to calibrate or evaluate on. Any model can name the project that holds it.
 */
export interface Corpus {
  $schema?: string;
  /**
   * What the text is; its target says it.
   */
  description?: string;
  /**
   * Project that holds toolchain.json, for sources that use {llamaCpp} or {python}.
   */
  toolchain?: string;
  source: Source;
}
