/**
 * Which cells have to show something. A kernel may lose an output without a word, so each cell
 * that should have one is known beforehand:
 *
 * - a cell tagged `silent` need not show anything;
 * - a cell whose committed version has an output must have one again;
 * - a cell that calls `console.log`, `show` or `display` must have one, unless the call is only
 *   inside a function that the cell declares;
 * - a cell that ends with an expression, and no semicolon after it, must show its value.
 *
 * A cell that ends with an error on purpose is tagged `raises-exception`, as Jupyter has it.
 */

import ts from "typescript";
import { type Cell, type Notebook, textOf } from "./ipynb.ts";

/** The positions of the cells that must have an output after the notebook ran. */
export function cellsWithOutput(notebook: Notebook): readonly number[] {
  return notebook.cells.flatMap((cell, index) => mustShow(cell) ? [index] : []);
}

/**
 * What is wrong with an executed notebook: errors that cells ended with, and outputs that did not
 * arrive. `expected` comes from {@link cellsWithOutput} of the notebook before it ran.
 */
export function problemsOf(executed: Notebook, expected: readonly number[]): readonly string[] {
  return executed.cells.flatMap((cell, index) => {
    if (cell.cell_type !== "code") return [];
    const name = `cell ${index + 1} (${firstLine(cell)})`;
    const error = cell.outputs.find((output) => output.output_type === "error");
    if (error !== undefined && !isTagged(cell, "raises-exception")) {
      const trace = error.traceback.join("\n") || `${error.ename}: ${error.evalue}`;
      return [`${name} ended with ${trace}`];
    }
    if (cell.execution_count === null && textOf(cell.source).trim() !== "") {
      return [`${name} did not run`];
    }
    if (cell.outputs.length === 0 && expected.includes(index)) return [`${name} has no output`];
    return [];
  });
}

function isTagged(cell: Cell, tag: string): boolean {
  const { tags } = cell.metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

function mustShow(cell: Cell): boolean {
  if (cell.cell_type !== "code") return false;
  if (isTagged(cell, "silent")) return false;
  return cell.outputs.length > 0 || shows(textOf(cell.source));
}

function shows(source: string): boolean {
  const statements = parse(source).statements;
  const last = statements.at(-1);
  if (last !== undefined && ts.isExpressionStatement(last)) {
    if (!isAssignment(last.expression) && !last.getText().endsWith(";")) return true;
  }
  return statements.some(callsOutput);
}

function isAssignment(expression: ts.Expression): boolean {
  if (!ts.isBinaryExpression(expression)) return false;
  const { kind } = expression.operatorToken;
  return kind >= ts.SyntaxKind.FirstAssignment && kind <= ts.SyntaxKind.LastAssignment;
}

function callsOutput(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) return false;
  if (ts.isVariableDeclaration(node) && node.initializer !== undefined) {
    const { initializer } = node;
    if (ts.isArrowFunction(initializer) || ts.isFunctionExpression(initializer)) return false;
  }
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    if (/^(console\.log|show|(.+\.)?display)$/.test(callee)) return true;
  }
  return ts.forEachChild(node, (child) => callsOutput(child) || undefined) ?? false;
}

function parse(source: string): ts.SourceFile {
  return ts.createSourceFile(
    "cell.ts",
    source,
    {
      languageVersion: ts.ScriptTarget.ESNext,
      // A cell may await at its top level, as a module may.
      setExternalModuleIndicator: (file) => {
        (file as { externalModuleIndicator?: ts.Node | true }).externalModuleIndicator = true;
      },
    },
    true,
  );
}

function firstLine(cell: Cell): string {
  return textOf(cell.source).trim().split("\n", 1)[0] ?? "";
}
