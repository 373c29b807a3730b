import { declaredModel } from '../../workspace/declared-model.js';
import { modelTargets } from '../../infer/model-targets.js';
import { syncedLines } from './project-lines.js';

const targets = modelTargets(declaredModel({ source: { type: 'git' }, quantize: { a: {}, b: {} } }), {
  root: 'm',
  prefix: '',
});

/** A project.json after a sync, which must not change it again. */
function synced(text: string): string {
  const once = syncedLines(text, targets);
  if (once === null) throw new Error('it is no project.json');
  expect(syncedLines(once.text, targets)).toEqual({ text: once.text, added: [], removed: [] });
  return once.text;
}

const complete = `{
  "name": "m",
  "targets": {
    "fetch": { "executor": "nx-gguf:fetch" },
    "convert": { "executor": "nx-gguf:convert" },
    "plan:a": { "executor": "nx-gguf:plan", "options": { "variant": "a" } },
    "quantize:a": { "executor": "nx-gguf:quantize", "options": { "variant": "a" } },
    "plan:b": { "executor": "nx-gguf:plan", "options": { "variant": "b" } },
    "quantize:b": { "executor": "nx-gguf:quantize", "options": { "variant": "b" } },
    "card": { "executor": "nx-gguf:card" },
    "report": { "executor": "nx-gguf:report" }
  }
}
`;

describe('the lines of project.json', () => {
  it('are one for each target whose result is kept, in the order of the pipeline', () => {
    expect(synced('{\n  "name": "m"\n}\n')).toBe(complete);
    expect(synced('{\n  "name": "m",\n  "targets": {}\n}\n')).toBe(complete);
    expect(synced('{}')).toContain(
      '"quantize:a": { "executor": "nx-gguf:quantize", "options": { "variant": "a" } },\n',
    );
    expect(synced(complete)).toBe(complete);
  });

  it.each(['fetch', 'plan:a', 'quantize:b', 'report'])(
    'get back the one that is missing, at its place: %s',
    (name) => {
      const lines = complete.split('\n');
      const without = lines
        .filter((line) => !line.includes(`"${name}"`))
        .join('\n')
        .replace(/\},\n {2}\}/, '}\n  }');
      expect(without).not.toBe(complete);
      expect(synced(without)).toBe(complete);
    },
  );

  it('lose those of variants that are gone', () => {
    const gone =
      '    "plan:old": { "executor": "nx-gguf:plan", "options": { "variant": "old" } },\n    "imatrix": { "executor": "nx-gguf:imatrix" },\n';
    expect(synced(complete.replace('    "card"', `${gone}    "card"`))).toBe(complete);
    const last = complete.replace(
      '"nx-gguf:report" }\n',
      '"nx-gguf:report" },\n    "kld:old": { "executor": "nx-gguf:kld", "options": { "variant": "old" } }\n',
    );
    expect(last).not.toBe(complete);
    expect(synced(last)).toBe(complete);
  });

  it('keep what a person wrote: comments, other targets, more than a name', () => {
    const own = `{
  // Mine.
  "tags": ["x"],
  "targets": {
    "upload": { "command": "rsync" }, // by hand
    "quantize:a": { "executor": "nx-gguf:quantize", "options": { "variant": "a", "threads": 4 } }, // few
    // An old one, with a setting that would be lost.
    "quantize:old": { "executor": "nx-gguf:quantize", "inputs": ["...", "{projectRoot}/x"], "options": { "variant": "old" } },
    "second": { "executor": "nx-gguf:publish", "options": { "path": "dist/second" } } // the last
  },
  "sourceRoot": "m"
}
`;
    const after = synced(own);
    for (const line of own.split('\n').filter((line) => line.trim().length > 3))
      expect(after).toContain(line.replace(/ \/\/ the last$/, ''));
    expect(after).toContain('// the last');
  });

  it('keep the comments around a line that goes, and those of what is empty', () => {
    const gone = '"plan:old": { "executor": "nx-gguf:plan", "options": { "variant": "old" } }';
    const after = synced(
      `{\n  "targets": {\n    "nightly": { "executor": "nx:noop" }, // ask Bob\n    // Above.\n    ${gone}, // gone with it\n    "last": { "command": "x" } // the last\n  }\n}\n`,
    );
    for (const words of ['// ask Bob', '// Above.', '// the last']) expect(after).toContain(words);
    expect(after).not.toContain('gone with it');
    expect(
      synced(`{\n  "targets": {\n    "a": { "command": "x" }, // first\n    ${gone} // old\n  }\n}\n`),
    ).toContain('"a": { "command": "x" } // first\n');
    expect(synced('// Owner: Bob\n{}\n')).toMatch(/^\/\/ Owner: Bob\n\{\n {2}"targets": \{\n/);
    expect(synced('{\n  "targets": {\n    // None yet.\n  }\n}\n')).toContain('// None yet.\n    "fetch"');
  });

  it('end as the others in the file do', () => {
    expect(
      synced(
        complete
          .replace('"nx-gguf:card" },\n    "report": { "executor": "nx-gguf:report" }', '"nx-gguf:card" }')
          .replaceAll('\n', '\r\n'),
      ),
    ).toBe(complete.replaceAll('\n', '\r\n'));
  });

  it('are written in a file of one line, and in one with tabs', () => {
    expect(
      JSON.parse(synced('{ "name": "m", "targets": { "card": { "executor": "nx-gguf:card" } } }')),
    ).toEqual(JSON.parse(complete));
    expect(synced('{\n\t"targets": {\n\t\t"fetch": { "executor": "nx-gguf:fetch" }\n\t}\n}\n')).toContain(
      '\n\t\t"convert": { "executor": "nx-gguf:convert" },\n',
    );
  });

  it('survive a comma and comments in unusual places', () => {
    const after = synced(
      '{\n  "targets": {\n    "fetch": { "executor": "nx-gguf:fetch" } // a, b\n    , "card": { "executor": "nx-gguf:card" }\n  }\n}\n',
    );
    expect(after).toContain('// a, b');
  });

  it.each(['', '[]', '{ "targets": ', 'x', '{ "targets": null }', '{ "targets": [] }'])(
    'are left alone in what is no project.json: %j',
    (text) => {
      expect(syncedLines(text, targets)).toBeNull();
    },
  );
});
