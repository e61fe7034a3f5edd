/** The characters that HTML reads as its own. */

/** Text as it can stand between tags and within quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

/** JSON as it can stand within a script element: nothing in it ends that element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value).replaceAll("<", "\\u003c");
}

/** A table with a head; cells are HTML, and columns of numbers are aligned on the right. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const isNumber = (cell: string) =>
    /^[-+−]?([\d.,]+(e[-+]?\d+|·10[⁻⁰¹²³⁴-⁹]+)?|Infinity|∞)\D{0,4}$/.test(cell);
  const right = head.map((_, column) => {
    const filled = rows.map((row) => row[column] ?? "").filter((cell) => cell !== "");
    return filled.length > 0 && filled.every(isNumber);
  });
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${
      cells.map((cell, column) =>
        `<${tag}${right[column] ? ' class="number"' : ""}>${cell}</${tag}>`
      ).join("")
    }</tr>`;
  return `<div class="table"><table><thead>${line(head, "th")}</thead>` +
    `<tbody>${rows.map((row) => line(row, "td")).join("\n")}</tbody></table></div>`;
}
