import { remotePlace } from './remote-place.js';

const from = 'NX_GGUF_REMOTE';

describe('remotePlace', () => {
  it.each([
    [
      'https://cache.example.org',
      { kind: 'http', base: 'https://cache.example.org', shown: 'https://cache.example.org', mode: null },
    ],
    [
      'http://127.0.0.1:7777/team/',
      { kind: 'http', base: 'http://127.0.0.1:7777/team', shown: 'http://127.0.0.1:7777/team', mode: null },
    ],
    [
      'https://cache.example.org#read-only',
      {
        kind: 'http',
        base: 'https://cache.example.org',
        shown: 'https://cache.example.org',
        mode: 'read-only',
      },
    ],
    [
      'file:///mnt/shared%20files',
      { kind: 'file', directory: '/mnt/shared files', shown: 'file:///mnt/shared%20files', mode: null },
    ],
    [
      'file:///mnt/shared#write-ci',
      { kind: 'file', directory: '/mnt/shared', shown: 'file:///mnt/shared', mode: 'write-ci' },
    ],
    [
      's3://bucket',
      {
        kind: 's3',
        bucket: 'bucket',
        prefix: '',
        endpoint: null,
        region: null,
        shown: 's3://bucket',
        mode: null,
      },
    ],
    [
      's3://bucket/a/b/?endpoint=https://s3.example.org:9000&region=eu-1',
      {
        kind: 's3',
        bucket: 'bucket',
        prefix: 'a/b',
        endpoint: 'https://s3.example.org:9000',
        region: 'eu-1',
        shown: 's3://bucket/a/b',
        mode: null,
      },
    ],
  ])('%s', (address, place) => {
    expect(remotePlace(address, from)).toEqual(place);
  });

  it.each([
    ['nowhere', /no URL/],
    ['ftp://host/x', /no remote of the kind ftp:/],
    ['https://user:secret@host', /host holds a user name or password/],
    ['https://host/?token=secret', /host holds a query/],
    ['https://host#sometimes', /#sometimes is none of #read-write, #write-ci, #read-only, #off/],
    ['file://host/share', /three slashes/],
    ['s3:///prefix', /names a bucket/],
    ['s3://bucket?endpoint=ftp://host', /endpoint of s3:\/\/bucket is no http/],
    ['s3://bucket?endpoint=https://user:secret@host', /no http or https address/],
    ['s3://bucket?accessKey=secret', /takes the parameters endpoint and region, not accessKey/],
  ])('refuses %s, and repeats no secret', (address, message) => {
    let error: unknown;
    try {
      remotePlace(address, from);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({
      code: 'BAD_REMOTE',
      message: expect.stringMatching(message) as string,
      hint: expect.stringMatching(/s3:\/\/bucket/) as string,
    });
    expect((error as Error).message).toMatch(/^NX_GGUF_REMOTE: /);
    expect((error as Error).message).not.toContain('secret');
  });
});
