import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Readable } from 'node:stream';
import { isGgufError } from '../core/errors.js';
import { limited } from '../transport/whole-answer.js';
import { manifestBody, RemoteFailure, type OfferedBlob, type RemoteStore } from './remote-store.js';

/** Where objects are kept. */
export interface S3Place {
  bucket: string;
  /** Without slashes at its ends; may be empty. */
  prefix: string;
  /** A server other than AWS. */
  endpoint: string | null;
  region: string | null;
}

/** A part of an upload; two parts of each upload are held in memory at a time. */
const partBytes = 8 << 20;
/** S3 takes at most 10,000 parts. */
const mostParts = 9_000;

/**
 * A bucket of S3 or of a server that speaks its protocol. Credentials come from where AWS's own tools look
 * for them. A large object is sent in parts, and is to be seen when all of them are there.
 */
export function s3Remote({ bucket, prefix, endpoint, region }: S3Place): RemoteStore {
  const client = new S3Client(configuration(endpoint, region));
  limitAnswers(client, endpoint ?? bucket);
  const key = (folder: string, name: string): string =>
    [prefix, folder, name].filter((part) => part !== '').join('/');
  const get = async (Key: string, { fromBytes = 0, signal }: { fromBytes?: number; signal: AbortSignal }) =>
    failing(async () => {
      const { Body, ContentRange } = await client.send(
        new GetObjectCommand({
          Bucket: bucket,
          Key,
          ...(fromBytes === 0 ? {} : { Range: `bytes=${fromBytes}-` }),
        }),
        { abortSignal: signal },
      );
      const start = Number(/^bytes (\d+)-/.exec(ContentRange ?? '')?.[1] ?? 0);
      return { fromBytes: start, bytes: received(Body as AsyncIterable<Uint8Array>) };
    });

  return {
    hasBlob: async (sha256, signal) => {
      const found = await absentAsNull(
        failing(() =>
          client.send(new HeadObjectCommand({ Bucket: bucket, Key: key('cas', sha256) }), {
            abortSignal: signal,
          }),
        ),
      );
      return found !== null;
    },
    readBlob: (sha256, fromBytes, signal) =>
      absentAsNull(
        get(key('cas', sha256), { fromBytes, signal }).catch((error: unknown) => {
          // More bytes were received than the object has: the transfer begins again.
          if (statusOf(error) === 416 && fromBytes > 0)
            return { fromBytes: 0, bytes: received(Readable.from([])) };
          throw error;
        }),
      ),
    writeBlob: (blob, signal) =>
      failing(() => upload(client, { Bucket: bucket, Key: key('cas', blob.sha256) }, { blob, signal })),
    readAction: async (name, signal) => {
      const found = await absentAsNull(get(key('ac', name), { signal }));
      return found === null ? null : manifestBody(found.bytes);
    },
    writeAction: async (name, text, signal) => {
      await failing(() =>
        client.send(
          new PutObjectCommand({
            Bucket: bucket,
            Key: key('ac', name),
            Body: text,
            ContentType: 'application/json',
          }),
          { abortSignal: signal },
        ),
      );
    },
    close: () => {
      client.destroy();
      return Promise.resolve();
    },
  };
}

function configuration(endpoint: string | null, region: string | null): S3ClientConfig {
  return {
    // Others than AWS do not know the checksums that the client adds by default; the bytes are checked by
    // their sha256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 5_000, throwOnRequestTimeout: true },
    // Servers of one's own rarely look at the region, but a signature needs one.
    ...(region !== null ? { region } : endpoint !== null ? { region: 'us-east-1' } : {}),
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
  };
}

/** More than any answer of S3 has that is no object: its client reads those whole. */
const longestAnswerBytes = 4 << 20;

function limitAnswers(client: S3Client, host: string): void {
  const url = new URL(URL.canParse(host) ? host : `s3://${host}`);
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (given) => {
        const result = await next(given);
        const answer = result.response as { statusCode?: number; body?: unknown } | undefined;
        const isObject = commandName === 'GetObjectCommand' && (answer?.statusCode ?? 0) < 300;
        if (answer?.body instanceof Readable && !isObject)
          answer.body = Readable.from(
            limited({ body: answer.body, url }, commandName ?? '', longestAnswerBytes),
          );
        return result;
      },
    { step: 'deserialize', priority: 'low', name: 'limitAnswers' },
  );
}

async function upload(
  client: S3Client,
  target: { Bucket: string; Key: string },
  { blob, signal }: { blob: OfferedBlob; signal: AbortSignal },
): Promise<void> {
  if (blob.sizeBytes <= partBytes) {
    const parts: Uint8Array[] = [];
    for await (const part of blob.read(0)) parts.push(part);
    await client.send(
      new PutObjectCommand({ ...target, Body: Buffer.concat(parts), ContentLength: blob.sizeBytes }),
      { abortSignal: signal },
    );
    return;
  }
  const whole = new Upload({
    client,
    params: { ...target, Body: Readable.from(blob.read(0), { objectMode: false }) },
    partSize: Math.max(partBytes, Math.ceil(blob.sizeBytes / mostParts)),
    queueSize: 2,
    leavePartsOnError: false,
  });
  const stop = (): void => {
    void whole.abort();
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    await whole.done();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

async function* received(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const part = await failing(() => bytes.next());
      if (part.done === true) return;
      yield part.value;
    }
  } finally {
    await bytes.return?.();
  }
}

async function absentAsNull<T>(found: Promise<T>): Promise<T | null> {
  return found.catch((error: unknown) => {
    if (
      error instanceof RemoteFailure &&
      statusOf(error) === 404 &&
      (error.cause as Error).name !== 'NoSuchBucket'
    )
      return null;
    throw error;
  });
}

async function failing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw failure(error);
  }
}

function failure(error: unknown): unknown {
  const name = error instanceof Error ? error.name : '';
  const status = statusOf(error);
  if (name === 'CredentialsProviderError')
    return new RemoteFailure(
      'refused',
      'there are no credentials for it, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      { cause: error },
    );
  if (name === 'NoSuchBucket')
    return new RemoteFailure('refused', 'there is no such bucket', { cause: error });
  if (status === 401 || status === 403)
    return new RemoteFailure(
      'refused',
      `it does not permit that (${status}${name === '' ? '' : `, ${name}`})`,
      { cause: error },
    );
  if (status === 507) return new RemoteFailure('refused', 'it has no space left (507)', { cause: error });
  if (status !== null && status !== 429 && status >= 400 && status < 500)
    return new RemoteFailure('rejected', `it answered ${status}`, { cause: error });
  if (status !== null) return new RemoteFailure('unavailable', `it answered ${status}`, { cause: error });
  if (name === 'TimeoutError')
    return new RemoteFailure('unavailable', 'it did not answer in time', { cause: error });
  if (error instanceof RemoteFailure || (isGgufError(error) && error.code !== 'ANSWER_TOO_LARGE'))
    return error;
  const code = (error as { code?: unknown } | null)?.code;
  // Whatever else its client stumbles over is an answer that is none of S3.
  return new RemoteFailure(
    'unavailable',
    typeof code === 'string' && /^E[A-Z]+$/.test(code)
      ? `the connection failed (${code})`
      : `no S3 can be spoken with it${typeof code === 'string' ? ` (${code.slice(0, 40)})` : ''}`,
    { cause: error },
  );
}

function statusOf(error: unknown): number | null {
  const known = error instanceof RemoteFailure ? error.cause : error;
  const status = (known as { $metadata?: { httpStatusCode?: unknown } } | null | undefined)?.$metadata
    ?.httpStatusCode;
  return typeof status === 'number' ? status : null;
}
