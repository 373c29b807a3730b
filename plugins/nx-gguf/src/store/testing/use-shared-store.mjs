// One user's work in a store that a group shares: `use-shared-store.mjs <sources> <store> <options>`. The options
// are JSON: `uid`, the user's own `gid`, the `group` of the store, `umask`, and `index`, the number of the user.
// Prints a JSON object: each operation with `null`, or with what it failed with.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const [sources, root, options] = process.argv.slice(2);
const { uid, gid, group, umask, index } = JSON.parse(options);
const load = (name) => import(`${sources}/${name}.js`);
const { openStore } = await load('store/store');
const { adoptFile, checkedBlob, discardBlob } = await load('store/blobs');
const { findAction, forgetAction, putAction } = await load('store/actions');
const { findTensors, indexTensors } = await load('store/tensor-index');
const { withWorkDir } = await load('store/work-dir');
const { partialPath } = await load('store/downloads');
const { openPartial } = await load('transport/partial-file');
const { referToFile } = await load('store/external');
const { collectGarbage } = await load('store/gc');
const { verifyStore } = await load('store/verify');
const { uploadJournal } = await load('remote/upload-journal');
const { readRecord } = await load('files/file-state');
const { sha256 } = await load('core/digest');
const { oncePerIdentity } = await load('toolchain/once-per-identity');
if (uid !== undefined) {
  process.setgroups([group]);
  process.setgid(gid);
  process.setuid(uid);
}
process.umask(umask);

const digest = (text) => sha256(text);
const key = digest('a shared action');
const text = 'weights of a group\n'.repeat(1000);
const id = { sha256: digest(text), sizeBytes: text.length };
const manifest = {
  format: 1,
  step: 'fetch',
  actionKey: key,
  files: [{ name: 'w', ...id }],
  facts: {},
  provenance: { inputs: [], toolchain: null, commands: [] },
};
const outside = join(dirname(root), 'outside');
let layout;

/** Each is done by one user after the other, so all but the first meet what others have made. */
const operations = {
  open: async () => {
    layout = await openStore(root);
    if (index === 0) await operations.work();
  },
  'find the action': async () => {
    if ((await findAction(layout, key)) === null) throw new Error('not found');
    if (Date.now() - statSync(layout.action(key)).mtimeMs > 1_800_000)
      throw new Error('its use is not noted');
  },
  work: () =>
    withWorkDir(layout, key, {
      work: async (directory) => {
        mkdirSync(join(directory, 'out'));
        writeFileSync(join(directory, 'out/w'), text);
        await adoptFile(layout, join(directory, 'out/w'));
        await putAction(layout, manifest);
      },
    }),
  'find the blob': async () => {
    if ((await checkedBlob(layout, id)) === null) throw new Error('not found');
    if ((await readRecord(layout.blobRecord(id.sha256))) === null) throw new Error('it cannot be read');
  },
  tensors: async () => {
    const tensor = { name: 't', range: { offset: 0, length: 100 }, sha256: digest(text.slice(0, 100)) };
    const keys = [digest(`key of ${index}`), digest('key of all')];
    await indexTensors(layout, { blob: id, tensors: [{ ...tensor, keys }] });
    const wanted = Array.from({ length: index + 1 }, (_, user) => digest(`key of ${user}`));
    const found = await findTensors(layout, wanted);
    if (found.size !== wanted.length) throw new Error(`${found.size} of ${wanted.length} found`);
  },
  'a download goes on': async () => {
    const path = partialPath(layout, { sha256: digest('download'), gitOid: null });
    const part = await openPartial(path, { sizeBytes: null, gitOidLength: null }, undefined);
    const had = part.sizeBytes;
    await part.append(Buffer.from('more'));
    await part.sync();
    await part.close();
    if (had !== 4 * index) throw new Error(`it has ${had} bytes of ${4 * index}`);
  },
  'an outside file': async () => {
    const { sha256: found } = await referToFile(layout, outside);
    if ((await readRecord(layout.external(found))) === null) throw new Error('its record cannot be read');
  },
  'an upload is taken over': async () => {
    const journal = uploadJournal(layout, 'remote');
    if (index > 0 && (await journal.takeOver(10)).length !== 1) throw new Error('it is not there');
    await journal.begin(key);
    await journal.leave(key);
  },
  verify: async () => {
    const { damagedBlobs, damagedActions, foreignActions } = await verifyStore(layout, { repair: true });
    if (damagedBlobs.length + damagedActions.length + foreignActions.length > 0) throw new Error('damage');
  },
  toolchains: async () => {
    const context = { root: layout.toolchains, report: () => undefined };
    const tool = await oncePerIdentity(context, {
      name: 'tool-1',
      identity: { tool: 1 },
      label: 'a tool',
      make: async (directory) => {
        mkdirSync(join(directory, 'bin'));
        writeFileSync(join(directory, 'bin/tool'), '#!/bin/sh\necho used', { mode: 0o755 });
        if (index > 0) throw new Error('it is made again');
      },
    });
    if (execFileSync(join(tool, 'bin/tool'), { encoding: 'utf8' }) !== 'used\n') throw new Error('no tool');
  },
  gc: () => collectGarbage(layout, { keep: [], usedSinceMs: 0, dryRun: false, nowMs: Date.now() }),
  'take away and make again': async () => {
    await forgetAction(layout, key);
    await discardBlob(layout, id.sha256);
    await operations.work();
  },
};

const outcome = {};
for (const [name, work] of Object.entries(operations))
  outcome[name] = await work().then(
    () => null,
    (error) => [error.code, error.message, error.hint].filter((part) => part !== undefined).join(' | '),
  );
console.log(JSON.stringify(outcome));
