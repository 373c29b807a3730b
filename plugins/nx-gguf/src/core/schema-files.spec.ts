import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { executorSchema, generatorSchema, nxExecutorSchema, schemaFile, schemaText } from './schema-files.js';
import { optionProblems } from './validate.js';

const executors = readdirSync(join(import.meta.dirname, '../executors'));

describe('schemas', () => {
  it('are the files of the package, each read once', () => {
    expect(generatorSchema('update')['title']).toBe('UpdateOptions');
    expect(schemaFile('model')).toBe(schemaFile('model'));
  });

  it('give the texts in them', () => {
    expect(schemaText('model', 'properties', 'toolchain', 'default')).toBe('llama-cpp');
    expect(() => schemaText('model', 'properties', 'toolchain', 'defalt', 'x')).toThrow(
      'model.schema.json has no text at properties/toolchain/defalt/x',
    );
  });

  it.each(executors)('%s: an unknown option is named, also where Nx lets it pass', (name) => {
    const [known] = Object.keys(executorSchema(name).properties ?? {});
    const wrong = known === undefined ? 'vriant' : `${known}s`;
    expect(optionProblems(executorSchema(name), { [wrong]: 'Q4_K_M' })).toContain(
      `the top level: unknown property "${wrong}"${known === undefined ? '' : ` (did you mean '${known}'?)`}`,
    );
    // Nx itself names no option that is near.
    expect(nxExecutorSchema(name)['additionalProperties']).toBe(true);
  });

  it('of a generator too', () => {
    expect(optionProblems(generatorSchema('update'), { projct: 'm' })).toEqual([
      `the top level: unknown property "projct" (did you mean 'project'?)`,
    ]);
  });

  it('of executors stay as Nx reads them', () => {
    expect(executorSchema('kld')['additionalProperties']).toBe(false);
    expect(nxExecutorSchema('kld')['additionalProperties']).toBe(true);
  });
});
