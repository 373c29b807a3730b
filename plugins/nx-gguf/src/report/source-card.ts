import { parseDocument } from 'yaml';
import type { SourceCard } from '../core/generated/evidence.generated.js';

const patterns = {
  license: /^[a-z0-9][a-z0-9._-]{0,63}$/,
  licenseName: /^[A-Za-z0-9][A-Za-z0-9 ._+()-]{0,127}$/,
  licenseLink:
    /^(?:https?:\/\/[A-Za-z0-9.-]+(?::\d+)?\/[A-Za-z0-9._~/%#?=&+-]{0,512}|[A-Za-z0-9][A-Za-z0-9._-]{0,127})$/,
  language: /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$|^(?:multilingual|code)$/,
  tag: /^[\p{L}\p{N}][\p{L}\p{N} ._:/+-]{0,99}$/u,
  pipelineTag: /^[a-z0-9][a-z0-9-]{0,63}$/,
  baseModel: /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}\/[A-Za-z0-9][A-Za-z0-9._-]{0,95}$/,
} as const;

const largestBytes = 64 * 1024;

/**
 * The fields of a hub card's front matter that a quantization takes over; null for a text without front
 * matter, or with one that is no YAML mapping. The text is somebody else's: a value that has not the form the
 * hub takes is left out.
 */
export function readSourceCard(text: string): SourceCard | null {
  const block = /^\uFEFF?---[ \t]*\r?\n([^]*?)\r?\n---[ \t]*(?:\r?\n|$)/.exec(text)?.[1];
  if (block === undefined || block.length > largestBytes) return null;
  const fields = mapping(block);
  if (fields === null) return null;
  const one = (key: string, pattern: RegExp): string | null => strings(fields.get(key), pattern)[0] ?? null;
  return {
    license: one('license', patterns.license),
    licenseName: one('license_name', patterns.licenseName),
    licenseLink: one('license_link', patterns.licenseLink),
    languages: strings(fields.get('language'), patterns.language),
    tags: strings(fields.get('tags'), patterns.tag),
    pipelineTag: one('pipeline_tag', patterns.pipelineTag),
    baseModels: strings(fields.get('base_model'), patterns.baseModel).slice(0, 100),
  };
}

/** The mapping of a YAML text, or null. Aliases are refused: a small text can stand for a huge one. */
function mapping(text: string): ReadonlyMap<string, unknown> | null {
  try {
    const document = parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      logLevel: 'silent',
    });
    if (document.errors.length > 0) return null;
    const value: unknown = document.toJS({ maxAliasCount: 0, mapAsMap: true });
    return value instanceof Map ? (value as Map<string, unknown>) : null;
  } catch {
    return null;
  }
}

function strings(value: unknown, pattern: RegExp): string[] {
  const values = Array.isArray(value) ? (value as unknown[]) : [value];
  return [
    ...new Set(
      values
        .filter((item): item is string => typeof item === 'string')
        .map((item) => item.trim())
        .filter((item) => pattern.test(item)),
    ),
  ].slice(0, 500);
}
