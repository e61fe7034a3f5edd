/** Brings a notebook into the one form in which it is committed, so that diffs show only news. */

import { type Bundle, type Cell, linesOf, type Notebook, type Output, textOf } from "./ipynb.ts";

/**
 * Returns the notebook with everything left out or made the same that differs from run to run or
 * from editor to editor: execution times, kernel versions, counts, ids, split streams.
 */
export function normalise(notebook: Notebook): Notebook {
  let count = 0;
  const cells = notebook.cells.map((cell, index): Cell => {
    const common = {
      id: cell.id ?? `cell-${index + 1}`,
      metadata: withoutKeys(cell.metadata, ["execution", "collapsed", "scrolled", "vscode"]),
      source: linesOf(cell.source),
    };
    if (cell.cell_type !== "code") return { ...common, cell_type: cell.cell_type };
    const executed = cell.execution_count !== null;
    if (executed) count++;
    const execution_count = executed ? count : null;
    const outputs = joinStreams(cell.outputs).map((output) => tidy(output, execution_count));
    return { ...common, cell_type: "code", execution_count, outputs };
  });
  return {
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { display_name: "Deno", language: "typescript", name: "deno" },
      language_info: {
        file_extension: ".ts",
        mimetype: "text/x.typescript",
        name: "typescript",
        nbconvert_exporter: "script",
        pygments_lexer: "typescript",
      },
    },
    cells,
  };
}

/** A kernel may hand over one text in any number of messages. */
function joinStreams(outputs: readonly Output[]): readonly Output[] {
  const joined: Output[] = [];
  for (const output of outputs) {
    const last = joined.at(-1);
    if (
      output.output_type === "stream" && last?.output_type === "stream" &&
      last.name === output.name
    ) {
      joined[joined.length - 1] = { ...last, text: textOf(last.text) + textOf(output.text) };
    } else {
      joined.push(output);
    }
  }
  return joined;
}

function tidy(output: Output, execution_count: number | null): Output {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: linesOf(output.text) };
    case "display_data":
      return { ...output, data: textInLines(output.data) };
    case "execute_result":
      return { ...output, data: textInLines(output.data), execution_count };
    case "error":
      return output;
  }
}

function textInLines(data: Bundle): Bundle {
  return Object.fromEntries(
    Object.entries(data).map(([type, value]) => {
      const isText = type.startsWith("text/") || type === "image/svg+xml";
      return [type, isText && typeof value === "string" ? linesOf(value) : value];
    }),
  );
}

function withoutKeys(
  record: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
