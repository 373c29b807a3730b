import { join } from 'node:path';
import { put, temporaryDirectory } from '../store/testing/temporary-store.js';
import { requireS3Client } from './s3-client.js';

const client = '@aws-sdk/client-s3';
const uploads = '@aws-sdk/lib-storage';

/** A module in a directory that has these packages and no others. */
function moduleWith(packages: readonly string[]): string {
  const root = temporaryDirectory();
  for (const name of packages) put(join(root, 'node_modules', name, 'index.js'), '');
  return put(join(root, 'module.js'), '');
}

describe('requireS3Client', () => {
  it('is content with this repository, which has the packages', () => {
    expect(() => requireS3Client('s3://bucket')).not.toThrow();
  });

  it('is content where both packages are', () => {
    expect(() => requireS3Client('s3://bucket', moduleWith([client, uploads]))).not.toThrow();
  });

  it.each([
    ['both are missing', [], `${client} and ${uploads}`],
    ['one is missing', [client], uploads],
  ])('names the command that installs them when %s', (_, there, missing) => {
    expect(() => requireS3Client('s3://bucket', moduleWith(there))).toThrow(
      expect.objectContaining({
        code: 'S3_CLIENT_MISSING',
        message: `s3://bucket: ${missing} cannot be found`,
        hint: expect.stringMatching(
          /npm install --save-dev @aws-sdk\/client-s3@\^3\.\d+\.\d+ @aws-sdk\/lib-storage@\^3\.\d+\.\d+`/,
        ) as string,
      }) as Error,
    );
  });
});
