import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { freeBytes, isSha256, makeDirectory, type BlobId } from 'nx-gguf/store';
import type { Bucket } from '../config/generated/config.generated.js';
import { removeAbandoned } from './abandoned.js';
import { documentKinds, type DocumentName, type Storage, type Usage } from './storage.js';
import { openUseBook } from './use-book.js';

const partBytes = 8 << 20;
/** S3 takes at most 10,000 parts. */
const mostParts = 9000;

/**
 * Storage in a bucket of S3, or of a server that speaks its protocol. What comes is received and checked on
 * the disk of this machine first. One server works on a prefix at a time. Credentials come from where AWS's
 * own tools look for them.
 */
export async function openS3Storage(
  directory: string,
  bucket: Bucket,
  nowMs: () => number = Date.now,
): Promise<Storage> {
  const client = new S3Client(configuration(bucket));
  const staging = join(directory, 'staging');
  await makeDirectory(staging);
  const book = await openUseBook(join(directory, 'used.json'), nowMs);
  const root = bucket.prefix === undefined || bucket.prefix === '' ? '' : `${bucket.prefix}/`;
  const spaces = `${root}spaces/`;
  const blobKey = (sha256: string): string => `${root}cas/${sha256}`;
  const at = ({ namespace, kind, key }: DocumentName): string => `${spaces}${namespace}/${kind}/${key}.json`;
  const object = (Key: string): { Bucket: string; Key: string } => ({ Bucket: bucket.bucket, Key });
  const usage = async (key: string): Promise<Usage | null> => {
    const found = await absentAsNull(client.send(new HeadObjectCommand(object(key))));
    return found === null
      ? null
      : {
          sizeBytes: found.ContentLength ?? 0,
          usedMs: book.usedMs(key) ?? found.LastModified?.getTime() ?? 0,
        };
  };
  const remove = async (key: string): Promise<void> => {
    await client.send(new DeleteObjectCommand(object(key)));
    book.forget(key);
  };
  const list = async function* (prefix: string): AsyncGenerator<Usage & { key: string }> {
    for (let token: string | undefined; ;) {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket.bucket,
          Prefix: prefix,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      );
      for (const { Key: key = '', Size = 0, LastModified } of page.Contents ?? [])
        yield { key, sizeBytes: Size, usedMs: book.usedMs(key) ?? LastModified?.getTime() ?? 0 };
      token = page.NextContinuationToken;
      if (token === undefined) return;
    }
  };
  return {
    staging,
    findBlob: async (sha256, isUse) => {
      const found = await usage(blobKey(sha256));
      if (found !== null && isUse) book.touch(blobKey(sha256));
      return found?.sizeBytes ?? null;
    },
    openBlob: async (sha256, range) => {
      const found = await absentAsNull(
        client.send(
          new GetObjectCommand({
            ...object(blobKey(sha256)),
            ...(range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` }),
          }),
        ),
      );
      return (found?.Body as Readable | undefined) ?? null;
    },
    publishBlob: async (id, path) => {
      if ((await usage(blobKey(id.sha256)))?.sizeBytes !== id.sizeBytes)
        await upload(client, object(blobKey(id.sha256)), { id, path });
      book.touch(blobKey(id.sha256));
      await rm(path, { force: true });
    },
    removeBlob: (sha256) => remove(blobKey(sha256)),
    blobUsage: (sha256) => usage(blobKey(sha256)),
    async *blobs() {
      for await (const { key, sizeBytes, usedMs } of list(`${root}cas/`)) {
        const sha256 = key.slice(`${root}cas/`.length);
        if (isSha256(sha256)) yield { sha256, sizeBytes, usedMs };
      }
    },
    readDocument: async (name) => {
      const found = await absentAsNull(client.send(new GetObjectCommand(object(at(name)))));
      return (await found?.Body?.transformToString('utf8')) ?? null;
    },
    openDocument: async (name) => {
      const found = await absentAsNull(client.send(new GetObjectCommand(object(at(name)))));
      return found?.Body === undefined
        ? null
        : { sizeBytes: found.ContentLength ?? 0, body: found.Body as Readable };
    },
    writeDocument: async (name, text) => {
      await client.send(
        new PutObjectCommand({ ...object(at(name)), Body: text, ContentType: 'application/json' }),
      );
      book.touch(at(name));
    },
    touchDocument: (name) => {
      book.touch(at(name));
      return Promise.resolve();
    },
    removeDocument: (name) => remove(at(name)),
    documentUsage: (name) => usage(at(name)),
    async *documents(namespace) {
      for await (const { key, sizeBytes, usedMs } of list(
        namespace === undefined ? spaces : `${spaces}${namespace}/`,
      )) {
        const name = documentName(key.slice(spaces.length));
        if (name !== null) yield { name, usedMs, sizeBytes: name.kind === 'claims' ? 0 : sizeBytes };
      }
    },
    namespaces: async () => {
      const names: string[] = [];
      for (let token: string | undefined; ;) {
        const page = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket.bucket,
            Prefix: spaces,
            Delimiter: '/',
            ...(token === undefined ? {} : { ContinuationToken: token }),
          }),
        );
        for (const { Prefix = '' } of page.CommonPrefixes ?? []) names.push(Prefix.slice(spaces.length, -1));
        token = page.NextContinuationToken;
        if (token === undefined) return names;
      }
    },
    // A bucket has no directories that could be left.
    removeNamespace: () => Promise.resolve(),
    keepsOnDisk: false,
    freeBytes: () => freeBytes(staging),
    removeAbandoned: () => removeAbandoned(staging),
    saveUse: book.save,
  };
}

function configuration({ endpoint, region }: Bucket): S3ClientConfig {
  return {
    // Others than AWS do not know the checksums that the client adds by default; the bytes are checked by
    // their sha256.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: { connectionTimeout: 5000 },
    // Servers of one's own rarely look at the region, but a signature needs one.
    ...(region !== undefined ? { region } : endpoint !== undefined ? { region: 'us-east-1' } : {}),
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
  };
}

async function upload(
  client: S3Client,
  target: { Bucket: string; Key: string },
  { id, path }: { id: BlobId; path: string },
): Promise<void> {
  const body = createReadStream(path, { highWaterMark: 1 << 20 });
  if (id.sizeBytes <= partBytes)
    await client.send(new PutObjectCommand({ ...target, Body: body, ContentLength: id.sizeBytes }));
  else
    await new Upload({
      client,
      params: { ...target, Body: body },
      partSize: Math.max(partBytes, Math.ceil(id.sizeBytes / mostParts)),
      queueSize: 3,
      leavePartsOnError: false,
    }).done();
}

function documentName(path: string): DocumentName | null {
  const [namespace = '', folder = '', file = ''] = path.split('/');
  const kind = documentKinds.find((one) => one === folder);
  const key = file.slice(0, -'.json'.length);
  return kind !== undefined && isSha256(key) ? { namespace, kind, key } : null;
}

async function absentAsNull<T>(found: Promise<T>): Promise<T | null> {
  return found.catch((error: unknown) => {
    const { name, $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    if ($metadata?.httpStatusCode === 404 && name !== 'NoSuchBucket') return null;
    throw error;
  });
}
