/**
 * The recipes of README.md, as steps: a file to write, a place to change, a command to run.
 *
 * A block of code whose first line is a comment with a path is that file. A block `diff` has, after
 * each `--- path`, pieces of that file: lines that are there (" " and "-"), lines that shall be (" "
 * and "+"); `@@` begins the next piece.
 *
 * @module
 */

/** One step. */
export type Step =
  | { readonly kind: "write"; readonly path: string; readonly text: string }
  | { readonly kind: "change"; readonly path: string; readonly from: string; readonly to: string }
  | { readonly kind: "run"; readonly command: string };

/** The steps of every recipe, by its heading. */
export function recipesIn(readme: string): Map<string, Step[]> {
  const [, chapter = ""] = /^## How to add[^\n]*\n([^]*?)(?=^## )/m.exec(readme) ?? [];
  return new Map(
    chapter.split(/^### /m).slice(1).map((part) => [part.split("\n")[0]!, stepsOf(part)]),
  );
}

function stepsOf(text: string): Step[] {
  return [...text.matchAll(/^```(\w+)[^\n]*\n([^]*?)^```/gm)].flatMap(([, language, code = ""]) => {
    if (language === "diff") return changesOf(code);
    const lines = code.trimEnd().split("\n");
    if (language === "sh") return lines.map((command): Step => ({ kind: "run", command }));
    return [{ kind: "write", path: lines[0]!.replace(/^\/\/ /, ""), text: code }];
  });
}

function changesOf(code: string): Step[] {
  return code.split(/^--- /m).slice(1).flatMap((part) => {
    const [path = "", ...lines] = part.trimEnd().split("\n");
    return lines.join("\n").split(/^@@$/m).map((piece): Step => {
      const side = (marks: string) =>
        piece.split("\n").filter((line) => line !== "" && marks.includes(line[0]!))
          .map((line) => `${line.slice(1)}\n`).join("");
      return { kind: "change", path, from: side(" -"), to: side(" +") };
    });
  });
}

/** A text with one piece of it changed; the piece must be there once. */
export function changed(path: string, text: string, from: string, to: string): string {
  const at = text.indexOf(from);
  if (from === "" || at === -1 || text.includes(from, at + 1)) {
    throw new Error(`${path} does not have these lines once:\n${from}`);
  }
  return text.slice(0, at) + to + text.slice(at + from.length);
}
