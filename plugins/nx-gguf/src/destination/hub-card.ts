import { readFile } from 'node:fs/promises';
import { GgufError } from '../core/errors.js';
import { withRetries } from '../transport/retry.js';
import { hubLine, hubWords } from '../upstream/hub/hub-words.js';
import type { HubWork } from './hub-work.js';
import type { Publication } from './session.js';
import { settled } from './settled-answer.js';

/** The file that a hub reads as the card of a repository. */
const cardFile = 'README.md';

const mostFindings = 50;

/**
 * Has the hub look at the card before anything is made or sent: it refuses a commit whose card it does not
 * take, after all files were uploaded. The same question as huggingface_hub asks (`_validate_yaml` of its
 * hf_api.py). Warnings are told; a hub that cannot answer it is not asked for more.
 * @throws GgufError `CARD_REFUSED` with every error that the hub names
 */
export async function checkCard(hub: HubWork, { contents }: Publication): Promise<void> {
  const content = contents.get(cardFile);
  if (content === undefined) return;
  const { access, place, http, context } = hub;
  const text = 'text' in content ? content.text : await readFile(content.path, 'utf8');
  const attempt = () =>
    settled(
      http.send({
        url: `${access.endpoint}/api/validate-yaml`,
        method: 'POST',
        token: access.token,
        signal: context.signal,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ content: text, repoType: 'model' }),
      }),
    );
  const answer = await withRetries({ of: `${place.repository} ${cardFile}`, attempt }, context);
  const { errors, warnings } = findingsOf(answer.text);
  for (const warning of warnings)
    context.report({ type: 'warning', message: `${place.repository}: ${cardFile}: ${warning}` });
  const isRefused = answer.status === 400 || answer.status === 422 || errors.length > 0;
  if (!isRefused) return;
  const reasons = errors.length > 0 ? errors : [hubWords(answer)].filter((words) => words !== '');
  throw new GgufError(
    'CARD_REFUSED',
    [`${place.repository}: the hub does not take the card (${cardFile})`, ...reasons].join('\n'),
    {
      hint: 'Nothing was made or sent. Correct what it names in "card" in model.json, in its template, or in the card of the source that it was taken from; then run `card` and this target again.',
    },
  );
}

function findingsOf(text: string): { errors: string[]; warnings: string[] } {
  let answer: unknown = null;
  try {
    answer = JSON.parse(text);
  } catch {
    // A hub that does not know the question may answer with a page.
  }
  const of = (name: 'errors' | 'warnings'): string[] => {
    const list = (answer as Partial<Record<string, unknown>> | null)?.[name];
    return (Array.isArray(list) ? (list as unknown[]) : [])
      .slice(0, mostFindings)
      .map((finding) => (finding as { message?: unknown } | null)?.message)
      .filter((message) => typeof message === 'string')
      .map(hubLine);
  };
  return { errors: of('errors'), warnings: of('warnings') };
}
