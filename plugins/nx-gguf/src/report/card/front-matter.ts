import { stringify } from 'yaml';
import type { Evidence } from '../../core/generated/evidence.generated.js';
import type { CardSettings } from '../../core/generated/model.generated.js';
import { visibleText } from '../../core/visible-text.js';
import { hubPage } from './origin-text.js';

/** Tags of a source that say what its files are, which these are not. */
const formatTags: ReadonlySet<string> = new Set([
  'transformers',
  'safetensors',
  'pytorch',
  'onnx',
  'tf',
  'jax',
]);

/**
 * The YAML that a hub reads above the card: what it was made from, licence, language, tags. Fields without a
 * value are left out.
 */
export function frontMatter(evidence: Evidence, settings: CardSettings = {}): string {
  const {
    source: { origin, card },
    imatrix,
  } = evidence;
  const base =
    settings.baseModel ??
    (origin.type === 'huggingface' && origin.kind === 'model' && origin.endpoint === null
      ? origin.repository
      : null);
  const fields = {
    base_model: base ?? card?.baseModels ?? null,
    // A fine-tune of those that its card names is no quantization of them.
    base_model_relation: base === null ? null : 'quantized',
    quantized_by: settings.quantizedBy ?? null,
    license: settings.license ?? card?.license ?? null,
    license_name: settings.licenseName ?? (settings.license === undefined ? card?.licenseName : null) ?? null,
    license_link: settings.licenseLink ?? (settings.license === undefined ? licenseLink(evidence) : null),
    language: settings.languages ?? card?.languages ?? [],
    pipeline_tag: settings.pipelineTag ?? card?.pipelineTag ?? null,
    library_name: settings.libraryName ?? 'gguf',
    tags: [
      ...new Set([
        'gguf',
        'llama.cpp',
        ...(imatrix === null ? [] : ['imatrix']),
        ...(card?.tags ?? []).filter((tag) => !formatTags.has(tag)),
        ...(settings.tags ?? []),
      ]),
    ],
  };
  const given = Object.fromEntries(
    Object.entries(fields).filter(
      ([, value]) => value !== null && (!Array.isArray(value) || value.length > 0),
    ),
  );
  // In the old YAML that some readers speak, `no` and `on` are no texts unless they are quoted.
  return visibleText(`---\n${stringify(given, { version: '1.1', lineWidth: 0 })}---\n`);
}

/** A link that is relative in the source's repository leads nowhere in another one. */
function licenseLink({ source: { origin, card } }: Evidence): string | null {
  const link = card?.licenseLink ?? null;
  if (link === null || /^https?:/.test(link)) return link;
  const page = hubPage(origin);
  return page === null
    ? null
    : `${page.replace('/tree/', '/blob/')}${origin.commit === null ? '/blob/main' : ''}/${link}`;
}
