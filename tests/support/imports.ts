import ts from "typescript";

/** One place in a file that brings another module in, in whichever of TypeScript's ways. */
export interface Import {
  readonly line: number;
  /** What stands between the quotes; undefined when it is computed and cannot be read. */
  readonly target: string | undefined;
  /** Gone from the built JavaScript. */
  readonly typeOnly: boolean;
}

export function findImports(file: string, source: string): Import[] {
  const tree = ts.createSourceFile(file, source, ts.ScriptTarget.Latest, true);
  const found: Import[] = [];
  const visit = (node: ts.Node): void => {
    const brought = readImport(node);
    if (brought) found.push({ line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, ...brought });
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

function readImport(node: ts.Node): Omit<Import, "line"> | undefined {
  if (ts.isImportDeclaration(node)) {
    return { target: textOf(node.moduleSpecifier), typeOnly: node.importClause !== undefined && isTypeOnlyClause(node.importClause) };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier) {
    const names = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : undefined;
    return { target: textOf(node.moduleSpecifier), typeOnly: node.isTypeOnly || areAllTypes(names) };
  }
  if (ts.isImportEqualsDeclaration(node) && ts.isExternalModuleReference(node.moduleReference)) {
    return { target: textOf(node.moduleReference.expression), typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node)) {
    return { target: ts.isLiteralTypeNode(node.argument) ? textOf(node.argument.literal) : undefined, typeOnly: true };
  }
  if (ts.isCallExpression(node) && isImporter(node.expression)) {
    return { target: textOf(node.arguments[0]), typeOnly: false };
  }
  return undefined;
}

function isTypeOnlyClause(clause: ts.ImportClause): boolean {
  if (clause.isTypeOnly) return true;
  const names = clause.namedBindings && ts.isNamedImports(clause.namedBindings) ? clause.namedBindings.elements : undefined;
  return clause.name === undefined && areAllTypes(names);
}

/** `import { type A, type B }` leaves nothing behind; `import {}` still runs the module. */
function areAllTypes(names: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[] | undefined): boolean {
  return names !== undefined && names.length > 0 && names.every((name) => name.isTypeOnly);
}

/** `import(…)`, `require(…)` and `require.resolve(…)`. */
function isImporter(callee: ts.Expression): boolean {
  if (callee.kind === ts.SyntaxKind.ImportKeyword) return true;
  const name = ts.isPropertyAccessExpression(callee) ? callee.expression : callee;
  return ts.isIdentifier(name) && name.text === "require";
}

function textOf(node: ts.Node | undefined): string | undefined {
  return node && ts.isStringLiteralLike(node) ? node.text : undefined;
}
