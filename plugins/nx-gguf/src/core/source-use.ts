import type { LockPlace } from './lock-entry.js';

/** What the files of a source are for; it decides what is taken where the source names no files. */
export interface SourceUse {
  /** A checkpoint to convert, one GGUF, an importance matrix, or anything. */
  kind: 'checkpoint' | 'gguf' | 'matrix' | 'files';
  /** The converter is told to read Mistral's own format. */
  isMistralFormat?: boolean;
  /** The file of it that is named elsewhere. */
  file?: string;
}

/** What the source of a place of a model or of a corpus is for. */
export function sourceUse(
  kind: 'model' | 'corpus',
  place: LockPlace,
  model: {
    convert?: { extraArgs?: readonly string[] };
    imatrix?: object;
  } | null,
): SourceUse {
  if (kind === 'corpus') return { kind: 'files' };
  if (place === 'source')
    return {
      kind: 'checkpoint',
      isMistralFormat: model?.convert?.extraArgs?.includes('--mistral-format') === true,
    };
  if (place !== 'imatrix') return { kind: 'gguf' };
  const { file } = (model?.imatrix ?? {}) as { file?: string };
  return { kind: 'matrix', ...(file === undefined ? {} : { file }) };
}
