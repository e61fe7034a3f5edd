/**
 * The code of a notebook as a module, so that it can be type-checked: Jupyter runs cells without
 * looking at their types.
 */

import ts from "typescript";
import { type Notebook, textOf } from "../notebooks/ipynb.ts";

/**
 * Joins the code cells. Relative imports, also dynamic ones, become absolute ones that start from
 * `folder`, so the module may lie anywhere.
 */
export function notebookModule(notebook: Notebook, folder: URL): string {
  const cells = notebook.cells.flatMap((cell, index) =>
    cell.cell_type === "code"
      ? [`// cell ${index + 1}\n${absoluteImports(textOf(cell.source), folder)}\n`]
      : []
  );
  return [...cells, "export {};\n"].join("\n");
}

function absoluteImports(source: string, folder: URL): string {
  const { importedFiles } = ts.preProcessFile(source, true, true);
  let code = source;
  // From the end, so that earlier positions stay right.
  for (const { fileName, pos, end } of importedFiles.toReversed()) {
    if (!/^\.{1,2}\//.test(fileName)) continue;
    const span = code.slice(pos, end + 2);
    code = code.slice(0, pos) + span.replace(fileName, new URL(fileName, folder).href) +
      code.slice(end + 2);
  }
  return code;
}
