/** Text with terminal colours, as kernels send it, to HTML. */

import { escapeHtml } from "./html.ts";

const names = ["black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"];

// Every escape sequence, not only colours: what has no meaning on a page must not show on it.
// deno-lint-ignore no-control-regex
const sequence = /\x1b(?:\[([0-9;?]*)([@-~])|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])/g;

/** Colours and weights become spans with classes; other escape sequences vanish. */
export function ansiToHtml(text: string): string {
  let html = "";
  let end = 0;
  let classes: readonly string[] = [];
  const put = (part: string) => {
    if (part === "") return;
    const escaped = escapeHtml(part);
    html += classes.length > 0 ? `<span class="${classes.join(" ")}">${escaped}</span>` : escaped;
  };
  for (const match of text.matchAll(sequence)) {
    put(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[2] === "m") classes = styled(classes, (match[1] ?? "").split(";").map(Number));
  }
  put(text.slice(end));
  return html;
}

function styled(classes: readonly string[], codes: readonly number[]): readonly string[] {
  let kept = [...classes];
  const drop = (...names: string[]) => {
    kept = kept.filter((name) => !names.some((prefix) => name.startsWith(prefix)));
  };
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) kept = [];
    else if (code === 1) kept.push("ansi-bold");
    else if (code === 2) kept.push("ansi-faint");
    else if (code === 3) kept.push("ansi-italic");
    else if (code === 22) drop("ansi-bold", "ansi-faint");
    else if (code === 23) drop("ansi-italic");
    else if (code === 39) drop("ansi-color-");
    else if (code >= 30 && code <= 37 || code >= 90 && code <= 97) {
      drop("ansi-color-");
      kept.push(`ansi-color-${names[code % 10]}`);
    } else if (code === 38 || code === 48) {
      // 38;5;N and 38;2;R;G;B: the numbers behind are no codes. Gray is what Deno means by them.
      index += codes[index + 1] === 2 ? 4 : 2;
      if (code === 38) {
        drop("ansi-color-");
        kept.push("ansi-color-gray");
      }
    }
  }
  return [...new Set(kept)];
}
