/** Figures as pictures, on a machine without a browser and without fonts. */
import assert from "node:assert/strict";
import { referenceCurves } from "../../bench/report/accuracy.ts";
import { functionsOverX, speedUpOverPeers } from "../../bench/report/figures.ts";
import { errorOverX } from "../../lab/error_over_x.ts";
import { FACES } from "../../lab/show/png/font.ts";
import { boxOf, type SvgElement, textLength } from "../../lab/show/png/layout.ts";
import { renderPng, renderSvg } from "../../lab/show/png.ts";
import { show } from "../../lab/show/show.ts";

const curves = functionsOverX(referenceCurves(-4, 4, 41), { subtitle: "−4 ≤ x ≤ 4 & <i>more</i>" });

/** Width and height as the header of a PNG gives them. */
function sizeOf(png: Uint8Array): [number, number] {
  assert.deepEqual([...png.subarray(1, 4)], [..."PNG"].map((letter) => letter.charCodeAt(0)));
  const view = new DataView(png.buffer, png.byteOffset);
  return [view.getUint32(16), view.getUint32(20)];
}

/** Text contents of an SVG, tags removed. */
function texts(svg: string): string[] {
  return [...svg.matchAll(/<text[^>]*>(.*?)<\/text>/gs)]
    .map(([, content]) => content!.replaceAll(/<[^>]*>|\u200b/g, ""));
}

Deno.test("render: the SVG carries title, axis titles, ticks and legend, and is reproducible", async () => {
  const svg = await renderSvg(curves);
  const found = texts(svg);
  for (const text of ["x", "value", "−4", "softplus(x)", "max(x, 0)"]) {
    assert.ok(found.includes(text), `${text} in ${found.join(" | ")}`);
  }
  assert.ok(found.some((text) => text.startsWith("Softplus and its derivative")));
  assert.equal(await renderSvg(curves), svg);
});

Deno.test("render: the PNG has the size asked for, and something in it", async () => {
  const png = await renderPng(curves);
  assert.deepEqual(sizeOf(png), [2 * curves.layout.width, 2 * curves.layout.height]);
  const small = await renderPng(curves, { width: 500, height: 300, scale: 1 });
  assert.deepEqual(sizeOf(small), [500, 300]);
  // A white picture of this size compresses to a few hundred bytes.
  assert.ok(small.length > 5000, `${small.length} bytes`);
  assert.notDeepEqual(small, await renderPng({ ...curves, data: [] }, { ...SMALL }));
});
const SMALL = { width: 500, height: 300, scale: 1 };

Deno.test("render: text is drawn although the system's fonts are not used", async () => {
  const text = (title: string) => ({
    ...curves,
    layout: { ...curves.layout, title: { text: title } },
  });
  const [some, other] = [await renderPng(text("mmm"), SMALL), await renderPng(text("iii"), SMALL)];
  assert.notDeepEqual(some, other);
});

Deno.test("render: the font has every character that figures write", async () => {
  const naive = (x: number) => Math.log(1 + Math.exp(x));
  const range = { of: "softplus", from: -110, to: 100, bins: 20 } as const;
  const speed = { peer: "a", precision: "exact", wrong: true, n: 10, median: 2, q1: 1.9, q3: 2.1 };
  const figures = [
    curves,
    await errorOverX({ naive }, range),
    speedUpOverPeers([speed]),
  ];
  for (const figure of figures) {
    for (const text of texts(await renderSvg(figure))) {
      const plain = text.replaceAll("&amp;", "&").replaceAll("&lt;", "<");
      assert.deepEqual(FACES.regular.missing(plain), [], plain);
    }
  }
  assert.deepEqual(FACES.regular.missing("x⁻³ ≤ ½ ULP × 10 µs ∞\u{1F600}"), ["\u{1F600}"]);
});

Deno.test("show: a bundle for JupyterLab, for everything else, and for readers", async () => {
  const shown = await show(curves, SMALL) as unknown as Record<
    symbol,
    () => Record<string, unknown>
  >;
  const bundle = shown[Symbol.for("Jupyter.display")]!();
  const png = Uint8Array.fromBase64(bundle["image/png"] as string);
  assert.deepEqual(sizeOf(png), [500, 300]);
  const plotly = bundle["application/vnd.plotly.v1+json"] as typeof curves;
  assert.deepEqual(
    JSON.parse(JSON.stringify(plotly)).data,
    JSON.parse(JSON.stringify(curves.data)),
  );
  assert.match(bundle["text/plain"] as string, /^Figure: Softplus.*softplus\(x\)/);
});

/** An SVG element as layout sees it. */
function element(
  nodeName: string,
  attributes: Record<string, string> = {},
  children: (SvgElement | string)[] = [],
  style: { fontSize?: string; fontWeight?: string; display?: string } = {},
): SvgElement {
  return {
    nodeName,
    textContent: null,
    childNodes: children.map((child) =>
      typeof child === "string" ? { nodeName: "#text", textContent: child, childNodes: [] } : child
    ),
    getAttribute: (name) => attributes[name] ?? null,
    style: { fontSize: "", fontWeight: "", display: "", ...style },
  };
}

Deno.test("layout: text in its size and weight, anchored, on several lines", () => {
  const em = FACES.regular.width("mm");
  const size = { fontSize: "10px" };
  const text = (anchor: string) => element("text", { x: "5", "text-anchor": anchor }, ["mm"], size);
  assert.equal(textLength(text("start")), 10 * em);
  assert.equal(boxOf(text("start"))!.left, 5);
  assert.equal(boxOf(text("end"))!.right, 5);
  assert.equal(boxOf(text("middle"))!.left, 5 - 5 * em);
  const bold = element("text", {}, ["mm"], { ...size, fontWeight: "600" });
  assert.equal(textLength(bold), 10 * FACES.bold.width("mm"));
  const sup = element("tspan", {}, ["mm"], { fontSize: "70%" });
  assert.ok(Math.abs(textLength(element("text", {}, ["mm", sup], size)) - 17 * em) < 1e-9);
  const line = (dy: string, words: string) => element("tspan", { class: "line", dy }, [words]);
  const two = element("text", {}, [line("0em", "m"), line("1.3em", "mm")], size);
  assert.equal(textLength(two), 10 * em);
  const single = boxOf(text("start"))!;
  const double = boxOf(two)!;
  assert.ok(Math.abs(double.bottom - double.top - (single.bottom - single.top) - 13) < 1e-9);
});

Deno.test("layout: groups hold their children, moved and turned; what is hidden takes no room", () => {
  const rect = (transform: string, style = {}) =>
    element("rect", { x: "1", y: "2", width: "3", height: "4", transform }, [], style);
  assert.deepEqual(boxOf(rect("translate(10,20)")), { left: 11, top: 22, right: 14, bottom: 26 });
  const turned = boxOf(rect("rotate(-90,1,2)"))!;
  for (const [side, want] of Object.entries({ left: 1, top: -1, right: 5, bottom: 2 })) {
    assert.ok(Math.abs(turned[side as keyof typeof turned] - want) < 1e-9, side);
  }
  const group = element("g", { transform: "translate(5)" }, [rect(""), rect("translate(10,0)")]);
  assert.deepEqual(boxOf(group), { left: 6, top: 2, right: 19, bottom: 6 });
  assert.equal(boxOf(rect("", { display: "none" })), undefined);
  assert.equal(boxOf(element("g")), undefined);
});
