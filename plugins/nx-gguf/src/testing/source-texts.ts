import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import ts from 'typescript';

/** What stands in a text in place of a part that is not known before it runs. */
export const unknownPart = '\u0000';

/** The texts of a source: string literals and templates, with `unknownPart` for what is put in. */
export function textsOf(source: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) found.push(node.text);
    if (ts.isTemplateExpression(node))
      found.push(
        [node.head.text, ...node.templateSpans.map(({ literal }) => literal.text)].join(unknownPart),
      );
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
  return found;
}

const here = join(import.meta.dirname, '..');

/** The texts of all sources of the plugin, without tests and generated files, with the file of each. */
export function sourceTexts(): { file: string; text: string }[] {
  return globSync(['**/*.ts'], {
    cwd: here,
    ignore: ['**/*.spec.ts', '**/testing/**', '**/generated/**'],
  })
    .sort()
    .flatMap((file) => textsOf(readFileSync(join(here, file), 'utf8')).map((text) => ({ file, text })));
}
