import assert from "node:assert/strict";
import type { CodeCell, Notebook, Output } from "../../tools/notebooks/ipynb.ts";
import { pathToFileURL } from "node:url";
import { launch, missing as noBrowser } from "../../tools/browser.ts";
import { readNotebooks } from "../../tools/notebooks.ts";
import { reportPages, writeReport } from "../../tools/report.ts";
import { ansiToHtml } from "../../tools/report/ansi.ts";
import { outputHtml } from "../../tools/report/cells.ts";
import { scriptJson, table } from "../../tools/report/html.ts";
import { type Heading, renderMarkdown, titleAndLead } from "../../tools/report/markdown.ts";

const figure = {
  data: [{ type: "scatter", x: [1, 2], y: [3, 4], name: "</script><script>alert(1)</script>" }],
  layout: { title: { text: "A <b>title</b>" }, width: 900, height: 420 },
};
const shown = (data: Record<string, unknown>): Output => ({
  output_type: "display_data",
  metadata: {},
  data,
});
const bundle = {
  "application/vnd.plotly.v1+json": figure,
  "image/png": "iVBORw0KGgo=",
  "text/plain": "a figure",
};
const cell = (outputs: Output[]): CodeCell => ({
  cell_type: "code",
  metadata: {},
  execution_count: 1,
  source: 'const a = "<b>";',
  outputs,
});
const notebook = (title: string, ...outputs: Output[]): Notebook => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [
    { cell_type: "markdown", metadata: {}, source: `# ${title}\n\nThe *lead*, $x^2$.\n\nMore.` },
    cell(outputs),
  ],
});
const environment = {
  cpu: "A <fast> CPU",
  cores: 2,
  os: "linux",
  deno: "2",
  v8: "15",
  commit: "abc+",
  date: "2026-01-02T03:04:05Z",
};
const content = {
  environment,
  summary: "<p>The outcome.</p>",
  remarks: ["Not all went well: 1 < 2."],
  missing: ["A driver. To add it: install <driver>."],
  notebooks: [
    { name: "01-one", notebook: notebook("One", shown(bundle), shown(bundle)) },
    { name: "02-two", notebook: notebook("Two") },
  ],
};

/** Whatever a page would fetch: sources, style sheets, fonts, modules; links to read do not count. */
function fetched(html: string): string[] {
  const withoutCode = html.replace(/<script>[\s\S]*?<\/script>/g, "");
  const attributes = withoutCode.matchAll(/<(?!a\b)[a-z]+\b[^>]*?\b(?:src|href)="([^"]*)"/g);
  const imports = withoutCode.matchAll(/url\(([^)]*)\)|@import\s+([^;]+)/g);
  return [...attributes, ...imports].map(([, a, b]) => a ?? b ?? "")
    .filter((url) => !url.startsWith("data:"));
}

/** All that it may fetch: what draws figures, if it has any. */
const needed = (html: string) => html.includes("data-figure>") ? ["plotly.js"] : [];

Deno.test("report: index and one page per notebook, linked with each other", () => {
  const pages = reportPages(content);
  assert.deepEqual([...pages.keys()], ["index.html", "01-one.html", "02-two.html"]);
  for (const html of pages.values()) {
    for (const file of pages.keys()) assert.ok(html.includes(`href="${file}"`));
    assert.ok(html.includes('href="reference/index.html"'), "and with the reference");
    assert.deepEqual(
      fetched(html),
      needed(html),
      "a page needs itself, and for figures one file more",
    );
    assert.match(html, /default-src 'none'/, "and the browser holds it to that");
  }
});

Deno.test("report: pages with figures load the one copy of the library, others do not", () => {
  const pages = reportPages(content);
  const libraries = [...pages.values()].map((html) =>
    html.split('<script src="plotly.js"></script>').length - 1
  );
  assert.deepEqual(libraries, [0, 1, 0]);
  assert.equal(pages.get("01-one.html")?.match(/data-figure>/g)?.length, 2);
});

Deno.test("report: the index tells machine, outcome, remarks, and where to read on", () => {
  const html = reportPages(content).get("index.html") ?? "";
  const parts = ["A &lt;fast&gt; CPU, 2 cores", "abc with changes", "2026-01-02 03:04 UTC"];
  parts.push("<p>The outcome.</p>", "1 &lt; 2", "The <em>lead</em>", "<math");
  for (const part of parts) assert.ok(html.includes(part), part);
  assert.ok(!html.includes("More."), "only the first paragraph of a notebook");
  assert.match(html, /Missing on this machine[^]*install &lt;driver&gt;/);
});

Deno.test("report: an earlier one stays if a new one cannot be made", async () => {
  const folder = `${await Deno.makeTempDir()}/report`;
  await writeReport(folder, content);
  const before = await Deno.readTextFile(`${folder}/index.html`);
  const broken = {
    ...content,
    summary: "new",
    notebooks: [{ name: "no/such", notebook: notebook("") }],
  };
  await assert.rejects(writeReport(folder, broken));
  assert.equal(await Deno.readTextFile(`${folder}/index.html`), before);
  await writeReport(folder, { ...content, notebooks: [] });
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assert.deepEqual(
    files,
    ["index.html", "plotly.js", "reference"],
    "nothing of the earlier one is left over",
  );
  const reference = await Deno.readTextFile(`${folder}/reference/all_symbols.html`);
  for (const name of ["softplusWithGrad", "WebGpuUnavailableError", "Matrix"]) {
    assert.ok(reference.includes(name), name);
  }
  await Deno.remove(`${folder}/..`, { recursive: true });
});

Deno.test("report: the committed notebooks render without a complaint of the formulas", async () => {
  const notebooks = await readNotebooks();
  for (const [file, html] of reportPages({ ...content, notebooks })) {
    assert.doesNotMatch(html, /katex-error/, file);
    assert.deepEqual(fetched(html), needed(html), file);
  }
});

Deno.test("figure: its own width is dropped, its height kept, its text cannot end the script", () => {
  const html = outputHtml(shown(bundle));
  assert.match(html, /style="height:420px"/);
  assert.doesNotMatch(html, /"width":900/);
  assert.match(html, /alt="A\s+title\s*"/);
  assert.equal(html.split("</script>").length, 2);
  const json = /<script type="application\/json">(.*?)<\/script>/.exec(html)?.[1] ?? "";
  assert.equal(JSON.parse(json).data[0].name, figure.data[0]?.name);
});

Deno.test("outputs: the best representation that a page can show", () => {
  const surface = { data: [{ type: "surface" }], layout: {} };
  const cases = [
    [{ ...bundle, "application/vnd.plotly.v1+json": surface }, /^<div class="plot"><img/],
    [{ "text/html": "<table></table>", "image/png": "AA==" }, /<div class="output html"><table>/],
    [{ "image/svg+xml": ["<svg>", "</svg>"] }, /<svg><\/svg>/],
    [{ "text/markdown": "*a*", "text/plain": "a" }, /<em>a<\/em>/],
    [{ "text/plain": "\x1b[33m2\x1b[39m < 3" }, /<span class="ansi-color-yellow">2<\/span> &lt; 3/],
    [{}, /<pre class="output"><\/pre>/],
  ] as const;
  for (const [data, expected] of cases) assert.match(outputHtml(shown(data)), expected);
  const error: Output = { output_type: "error", ename: "E", evalue: "<v>", traceback: [] };
  assert.match(outputHtml(error), /class="output error">E: &lt;v&gt;/);
  const stream: Output = { output_type: "stream", name: "stderr", text: ["a\n", "<b>"] };
  assert.match(outputHtml(stream), /class="output stderr">a\n&lt;b&gt;/);
});

Deno.test("terminal colours: nested, reset, 256 and true colours; other sequences vanish", () => {
  assert.equal(
    ansiToHtml("a\x1b[1m\x1b[31mb\x1b[22mc\x1b[0md"),
    'a<span class="ansi-bold ansi-color-red">b</span><span class="ansi-color-red">c</span>d',
  );
  assert.equal(ansiToHtml("\x1b[38;5;245mx\x1b[39m"), '<span class="ansi-color-gray">x</span>');
  assert.equal(ansiToHtml("\x1b[38;2;1;31;3mx\x1b[m"), '<span class="ansi-color-gray">x</span>');
  assert.equal(ansiToHtml("\x1b[2K\x1b[1Aa\x1b]0;title\x07b"), "ab");
});

Deno.test("Markdown: formulas, money, code, tables, headings with ids of their own", () => {
  const headings: Heading[] = [];
  const html = renderMarkdown(
    "# Über $x$\n\n## A\n\n## A\n\nIt costs $5 or $6; $$y$$ inline.\n\n$$\nz_1\n$$\n\n" +
      "```ts\nconst a = 1;\n```\n\n| a | b |\n| --- | --: |\n| 1 | 2 |\n",
    headings,
  );
  assert.deepEqual(headings.map(({ id }) => id), ["über-x", "a", "a-2"]);
  assert.match(html, /It costs \$5 or \$6;/);
  assert.equal(html.match(/<math\b/g)?.length, 3);
  assert.equal(html.match(/<p>It costs/g)?.length, 1);
  assert.match(html, /<p class="formula">/);
  assert.match(html, /<span class="hljs-keyword">const<\/span>/);
  assert.match(html, /<div class="table"><table>/);
});

Deno.test("title and first paragraph: past headings, quotes, tables and comments", () => {
  const markdown = "<!-- x -->\n\n# The title \n\n> quote\n\n| t |\n\nLead\ngoes on.\n\nMore";
  assert.deepEqual(titleAndLead(markdown), { title: "The title", lead: "Lead\ngoes on." });
  assert.deepEqual(titleAndLead(""), { title: undefined, lead: "" });
});

Deno.test("tables: numbers on the right; JSON in scripts: nothing that ends them", () => {
  const html = table(["name", "ns"], [["a", "1.5"], ["b", "1,234 ns"], ["c", ""]]);
  assert.equal(html.match(/class="number"/g)?.length, 4);
  assert.equal(scriptJson("</script><!--"), '"\\u003c/script>\\u003c!--"');
});

Deno.test({
  name: `report: a page that is opened from disk draws its figures${
    noBrowser === undefined ? "" : ` (${noBrowser})`
  }`,
  ignore: noBrowser !== undefined && Deno.env.get("CI") !== "true",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const folder = `${await Deno.makeTempDir()}/report`;
    const browser = await launch();
    try {
      await writeReport(folder, content);
      const page = await browser.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => complaints.push(message.text()));
      await page.goto(pathToFileURL(`${folder}/01-one.html`).href);
      await page.waitForSelector(".chart .scatterlayer .point", { state: "attached" });
      assert.deepEqual(complaints, []);
    } finally {
      await browser.close();
      await Deno.remove(`${folder}/..`, { recursive: true });
    }
  },
});
