import { counted } from '../core/counted.js';
import { GgufError } from '../core/errors.js';
import { jsonOrNull } from '../core/json/json-reader.js';
import type { UploadAction } from './upload-journal.js';

/** An answer of the batch API of Git LFS. */
export interface LfsBatch {
  transfer?: string;
  objects: {
    oid: string;
    size: number;
    actions?: { upload?: UploadAction };
    error?: { code?: number; message?: string };
  }[];
}

/**
 * An answer of the batch API.
 * @throws TypeError when it is none
 */
export async function readBatch(text: string): Promise<LfsBatch> {
  const answer = (await Promise.resolve(jsonOrNull(text))) as LfsBatch | null;
  const isObject = ({ oid, size }: LfsBatch['objects'][number]): boolean =>
    typeof oid === 'string' && Number.isSafeInteger(size);
  if (Array.isArray(answer?.objects) && answer.objects.every(isObject)) return answer;
  throw new TypeError('an answer of Git LFS names no objects');
}

/**
 * The request of the batch API with each object once.
 * @throws GgufError `FILE_CHANGED` when it has an object that is not expected
 */
export function checkedBatch(text: string, expected: ReadonlySet<string>): string {
  const request = jsonOrNull(text) as { objects: { oid: string }[] };
  const changed = request.objects.filter(({ oid }) => !expected.has(oid));
  if (changed.length > 0)
    throw new GgufError(
      'FILE_CHANGED',
      `${counted(changed.length, 'file')} changed: no longer what the manifests say`,
      {
        hint: 'Something changed them while they were read. Run `npx nx-gguf store verify --repair` and then this target again.',
      },
    );
  return JSON.stringify({
    ...request,
    objects: [...new Map(request.objects.map((object) => [object.oid, object])).values()],
  });
}
