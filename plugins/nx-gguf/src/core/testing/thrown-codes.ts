import ts from 'typescript';

const code = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/;
/**
 * Functions whose first argument is a kind of file, and the code that they throw for a file that does not
 * fit.
 */
const validators: ReadonlySet<string> = new Set(['parseAs', 'validate']);

/** The error codes that a TypeScript source may throw, as far as they stand in it as text. */
export function thrownCodes(text: string): string[] {
  const found = new Set<string>();
  const source = ts.createSourceFile('source.ts', text, ts.ScriptTarget.Latest, true);
  visit(source);
  return [...found].sort();

  function visit(node: ts.Node): void {
    if (ts.isNewExpression(node) && node.expression.getText() === 'GgufError') add(node.arguments?.[0]);
    if (ts.isCallExpression(node)) {
      const name = node.expression.getText();
      const first = node.arguments[0];
      if (name === 'headerError') add(first);
      if (validators.has(name) && first !== undefined && ts.isStringLiteral(first))
        found.add(codeOfKind(first.text));
    }
    // A row of a table: what a tool prints, and the code that it stands for.
    if (
      ts.isArrayLiteralExpression(node) &&
      node.elements[1]?.kind === ts.SyntaxKind.RegularExpressionLiteral
    )
      add(node.elements[0]);
    if (ts.isPropertyAssignment(node) && ['code', 'error'].includes(node.name.getText()))
      add(node.initializer);
    ts.forEachChild(node, visit);
  }

  function add(node: ts.Node | undefined): void {
    if (node === undefined) return;
    if (ts.isStringLiteral(node)) {
      if (code.test(node.text)) found.add(node.text);
    } else if (ts.isConditionalExpression(node)) {
      add(node.whenTrue);
      add(node.whenFalse);
    } else if (ts.isBinaryExpression(node)) {
      add(node.left);
      add(node.right);
    }
  }
}

/** The code for a file of a kind that does not fit its schema. */
export function codeOfKind(kind: string): string {
  return `BAD_${kind.replace('-', '_').toUpperCase()}`;
}
