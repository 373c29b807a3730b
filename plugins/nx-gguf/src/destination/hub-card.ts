import { GgufError, isGgufError } from '../core/errors.js';
import { changesOf } from '../publication/upload-plan.js';
import { readSound } from '../store/sound-bytes.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import { withRetries } from '../transport/retry.js';
import { hubLine, hubWords, saidByHub } from '../upstream/hub/hub-words.js';
import type { HubWork } from './hub-work.js';
import { contentOf } from './sent-content.js';
import type { Publication } from './session.js';
import { settled, type SettledAnswer } from './settled-answer.js';

/** The file that a hub reads as the card of a repository. */
const cardFile = 'README.md';

const mostFindings = 50;
/** The commit checks the card again: that the question gets no answer is not worth a long wait. */
const mostAttempts = 3;
/** What a hub answers that does not take the card. */
const refusals: ReadonlySet<number> = new Set([400, 422]);
/** What a hub answers that does not know the question. */
const unknownQuestion: ReadonlySet<number> = new Set([404, 405]);

/**
 * Has the hub look at the card before anything is made or sent: it refuses a commit whose card it does not
 * take, after all files were uploaded. The same question as huggingface_hub asks (`_validate_yaml` of its
 * hf_api.py). Warnings are told. A hub that does not know the question is published to all the same, and so
 * is one that fails to answer, with a warning: the commit checks the card too.
 * @throws GgufError `CARD_REFUSED` with every error that the hub names
 */
export async function checkCard(hub: HubWork, { plan, contents }: Publication): Promise<void> {
  const file = changesOf(plan).find(({ path, action }) => path === cardFile && action !== 'delete');
  if (file === undefined) return;
  const { place, context } = hub;
  const content = contentOf(contents, file);
  const text = 'text' in content ? content.text : (await readSound(context.store, content)).toString();
  const answer = await asked(hub, text);
  const failure = failureOf(answer);
  if (failure !== null)
    context.report({
      type: 'warning',
      message: `${place.repository}: the hub did not check the card (${cardFile}) before the upload: ${failure}; it checks it with the commit, after the upload`,
    });
  if ('failure' in answer) return;
  const { errors, warnings } = findingsOf(answer.text);
  for (const warning of warnings)
    context.report({ type: 'warning', message: `${place.repository}: ${cardFile}: ${warning}` });
  const isRefused = refusals.has(answer.status) || errors.length > 0;
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

/** The hub's answer about a card, or why there is none. */
async function asked(
  { access, place, http, context }: HubWork,
  content: string,
): Promise<SettledAnswer | { failure: string }> {
  const attempt = () =>
    settled(
      http.send({
        url: `${access.endpoint}/api/validate-yaml`,
        method: 'POST',
        token: access.token,
        signal: context.signal,
        headers: { accept: 'application/json', 'content-type': 'application/json' },
        body: JSON.stringify({ content, repoType: 'model' }),
      }),
      `${place.repository} ${cardFile}`,
    );
  const settings = { ...context.settings, attempts: Math.min(mostAttempts, context.settings.attempts) };
  try {
    return await withRetries({ of: `${place.repository} ${cardFile}`, attempt }, { ...context, settings });
  } catch (error) {
    if (isGgufError(error) && error.code === 'DOWNLOAD_FAILED')
      return { failure: error.cause instanceof Error ? error.cause.message : error.message };
    throw error;
  }
}

/** Why an answer is none, or null. */
function failureOf(answer: SettledAnswer | { failure: string }): string | null {
  if ('failure' in answer) return answer.failure;
  const { status } = answer;
  const isAnswer = status < 300 || refusals.has(status) || unknownQuestion.has(status);
  return isAnswer ? null : `it answered ${status}${saidByHub(answer)}`;
}

function findingsOf(text: string): { errors: string[]; warnings: string[] } {
  // A hub that does not know the question may answer with a page.
  const answer = jsonOrNull(text);
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
