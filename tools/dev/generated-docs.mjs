// The parts of the documentation that are made from schemas, error codes and files of the repository.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { fenced, withGeneratedParts } from './generated-parts.mjs';
import { optionsReference, optionsTable } from './options-reference.mjs';

/** Each document of the repository by its path, with its generated parts as they have to be now. */
export async function generatedDocs(root) {
  const parts = {
    options: optionsReference(join(root, 'plugins/nx-gguf')),
    'server options': optionsTable(
      JSON.parse(readFileSync(join(root, 'tools/cache-server/schemas/config.schema.json'), 'utf8')),
    ),
    'error codes': await errorSections(root, 'plugins/nx-gguf/src/core/error-catalogue.ts'),
    'error codes of the server': await errorSections(root, 'tools/cache-server/src/http/error-catalogue.ts'),
  };
  const fileAsIs = (name) =>
    fenced(name.endsWith('.json') ? 'json' : '', readFileSync(join(root, name), 'utf8'));
  return documents(root).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text: withGeneratedParts(text, (name) => parts[name] ?? fileAsIs(name)) };
  });
}

function documents(root) {
  const guides = readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => `docs/${name}`);
  return ['README.md', ...guides, 'tools/cache-server/README.md'];
}

/** A section for each code of a catalogue, which is TypeScript without imports. */
async function errorSections(root, path) {
  const { outputText } = ts.transpileModule(readFileSync(join(root, path), 'utf8'), {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 },
  });
  const { errorCatalogue } = await import(`data:text/javascript,${encodeURIComponent(outputText)}`);
  return Object.entries(errorCatalogue)
    .map(([code, { cause, remedy }]) => `### ${code}\n\n${cause}\n\n**What to do:** ${remedy}`)
    .join('\n\n');
}
