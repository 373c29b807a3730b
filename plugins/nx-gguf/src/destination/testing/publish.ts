import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gitBlobOid, sha256 } from '../../core/digest.js';
import type { PublishPlan } from '../../core/generated/publish-plan.generated.js';
import type { PublishedFile } from '../../core/generated/published.generated.js';
import { adoptFile, findBlob } from '../../store/blobs.js';
import type { StoreLayout } from '../../store/layout.js';
import { planPublication, type PlanChoices } from '../../publication/upload-plan.js';
import { recordFile } from '../../publication/record.js';
import type { DestinationRequest, OpenDestination, PublishedContent } from '../session.js';

/** Files with their bytes in a store, as an artifact has them. */
export interface TestFiles {
  wanted: PublishedFile[];
  contents: Map<string, PublishedContent>;
}

/** Puts files into a store; small ones that are no GGUFs get git's digest too. */
export async function storedFiles(
  store: StoreLayout,
  files: Record<string, string | Uint8Array>,
): Promise<TestFiles> {
  const wanted: PublishedFile[] = [];
  const contents = new Map<string, PublishedContent>();
  const directory = join(store.root, 'test-files');
  mkdirSync(directory, { recursive: true });
  for (const [path, data] of Object.entries(files)) {
    const bytes = Buffer.from(data);
    const made = join(directory, sha256(path));
    writeFileSync(made, bytes);
    const id = await adoptFile(store, made);
    wanted.push({ path, ...id, ...(path.endsWith('.gguf') ? {} : { gitOid: gitBlobOid(bytes) }) });
    contents.set(path, { path: (await findBlob(store, id)) ?? '' });
  }
  return { wanted, contents };
}

/**
 * Plans, and carries the plan out unless it is refused or nothing may be changed; the plan and what was made.
 */
export async function publishFiles(
  { wanted, contents }: TestFiles,
  open: (request: DestinationRequest) => OpenDestination,
  choices: Partial<PlanChoices & DestinationRequest> = {},
): Promise<{ plan: PublishPlan; made: string | null }> {
  const request: DestinationRequest = { wanted, create: false, dryRun: false, ...choices };
  return open(request)(async ({ present, apply }) => {
    const { plan, recordText } = planPublication(wanted, present, {
      overwrite: false,
      prune: false,
      ...choices,
    });
    if (request.dryRun || plan.files.every(({ action }) => action === 'keep')) return { plan, made: null };
    const all = new Map<string, PublishedContent>([
      ...contents,
      [recordFile, { text: recordText }],
      ...(present.amended === undefined
        ? []
        : [[present.amended.path, { text: present.amended.text }] as const]),
    ]);
    return {
      plan,
      made: await apply({
        plan,
        contents: all,
        recordText,
        message: { title: 'model: Q4_K_M with llama.cpp', description: '- Q4_K_M' },
      }),
    };
  });
}

/** The actions of a plan that change something, by path. */
export function actionsOf({ files }: PublishPlan): Record<string, string> {
  return Object.fromEntries(
    files.filter(({ action }) => action !== 'keep').map(({ path, action }) => [path, action]),
  );
}
