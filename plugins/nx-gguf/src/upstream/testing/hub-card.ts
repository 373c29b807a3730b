import { parse } from 'yaml';
import { bodyText, failure } from './hub-replies.js';
import type { Exchange, Reply } from './hub-types.js';

/** What a hub finds in the metadata of a card. */
export interface CardFindings {
  errors: { message: string }[];
  warnings: { message: string }[];
}

/** Some of the licences that the hub knows (docs/hub/repositories-licenses.md of hub-docs). */
const licences = [
  'apache-2.0',
  'mit',
  'openrail',
  'cc-by-4.0',
  'gpl-3.0',
  'llama2',
  'gemma',
  'unknown',
  'other',
];

const tasks = ['text-generation', 'image-text-to-text', 'feature-extraction', 'fill-mask'];

/** Answers `POST /api/validate-yaml` as the hub answers huggingface_hub: 400 with errors, else 200. */
export async function validateYaml({ request }: Exchange): Promise<Reply> {
  const { content } = JSON.parse(await bodyText(request)) as { content: string; repoType: string };
  const findings = cardFindings(content);
  return findings.errors.length === 0
    ? { status: 200, body: findings }
    : {
        ...failure(400, 'BadRequest', 'Invalid metadata in README.md'),
        body: { error: 'Invalid metadata in README.md', ...findings },
      };
}

/** Looks at the metadata of a card by some of the hub's rules, in the words that reports quote. */
export function cardFindings(content: string): CardFindings {
  const block = /^---\n([\s\S]*?)\n---\n/.exec(content)?.[1];
  if (block === undefined)
    return { errors: [], warnings: [{ message: 'empty or missing yaml metadata in repo card' }] };
  let fields: { license?: string; base_model?: string | string[]; pipeline_tag?: string };
  try {
    fields = parse(block) as typeof fields;
  } catch (error) {
    return { errors: [{ message: `YAML: ${String(error).split('\n')[0] ?? ''}` }], warnings: [] };
  }
  const { license, base_model: base, pipeline_tag: task } = fields;
  const bases = base === undefined ? [] : Array.isArray(base) ? base : [base];
  return {
    errors: [
      ...(license === undefined || licences.includes(license)
        ? []
        : [{ message: `"license" must be one of [${licences.join(', ')}]` }]),
      ...bases
        .filter((id) => !/^[\w.-]+\/[\w.-]+$/.test(id))
        .map((id) => ({
          message: `"base_model" with value "${id}" is not valid. Use a model id from https://hf.co/models.`,
        })),
    ],
    warnings:
      task === undefined || tasks.includes(task)
        ? []
        : [{ message: `The pipeline tag "${task}" is not in the official list` }],
  };
}
