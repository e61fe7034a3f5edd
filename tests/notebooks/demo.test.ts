/** The demo page, in a real browser: what a visitor does, and what the page then says. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { sigmoid, softplus } from "../../kernels/engines/mod.ts";
import { look, nothingFound, ulpOf, ulpsApart } from "../../notebooks/demo/accuracy.js";
import { certify, functions, promised } from "../../notebooks/demo/certify.js";
import { isolation, startHost } from "../../tools/serve.ts";
import { bound } from "../../kernels/bounds.ts";
import { browserTest } from "../../tools/browser.ts";

const text = async (page: Page, id: string) => (await page.textContent(`#${id}`) ?? "").trim();

/** Opens the page; whatever it complains about is collected. */
async function open(page: Page, address: string): Promise<string[]> {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await page.goto(`http://${address}/notebooks/demo/`);
  await page.waitForSelector("#plots svg");
  return complaints;
}

browserTest("demo page: drag x, and both forms say what they make of it", async (browser) => {
  await using host = startHost({ headers: isolation });
  const page = await browser.newPage();
  const complaints = await open(page, host.address);
  await page.click("[data-x='-17.5']");
  assert.equal(await text(page, "textbook-value"), "0");
  assert.match(await text(page, "textbook-verdict"), /units in the last place off/);
  const want = softplus(new Float32Array([-17.5]))[0] ?? NaN;
  assert.equal(Math.fround(Number(await text(page, "kit-value"))), want);
  assert.match(await text(page, "kit-verdict"), /^correctly rounded/);

  // The pointer takes x along: from the middle of the plots to their right end.
  const box = await page.locator("#plots").boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + box.width / 2, box.y + 80);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width, box.y + 80, { steps: 4 });
  await page.mouse.up();
  assert.equal(await text(page, "x"), "110");
  assert.equal(await text(page, "textbook-value"), "Infinity");
  assert.equal(await text(page, "kit-value"), "110");

  await page.click("[data-function='sigmoid']");
  await page.locator("#slider").fill("-95");
  assert.equal(await text(page, "textbook-value"), "0");
  const small = sigmoid(new Float32Array([-95]))[0] ?? NaN;
  assert.equal(Math.fround(Number(await text(page, "kit-value"))), small);
  assert.deepEqual([complaints, host.missed], [[], []]);
});

browserTest(
  "demo page: the benchmark and the certificate run in one's own browser",
  async (browser) => {
    await using host = startHost({ headers: isolation });
    const page = await browser.newPage();
    const complaints = await open(page, host.address);
    await page.click("#measure");
    await page.waitForSelector("#bars svg", { timeout: 120_000 });
    await page.waitForSelector("#measure:enabled");
    assert.equal(await text(page, "measure-status"), "done");
    const rows = await page.locator("#bars .name").allTextContents();
    assert.ok(
      ["wasm, exact", "webgpu, round trip"].every((row) => rows.includes(row)),
      rows.join(),
    );
    assert.equal(rows.filter((row) => row.startsWith("threads")).length, 2);

    await page.click("#certify");
    await page.waitForSelector("#found table", { timeout: 120_000 });
    const verdicts = await page.locator("#found td:last-child").allTextContents();
    assert.deepEqual(verdicts, functions.map(() => "pass"));
    assert.deepEqual(complaints, []);
  },
);

browserTest("demo page: what is missing is named where it is needed", async (browser) => {
  await using host = startHost();
  const page = await browser.newPage();
  await page.addInitScript(() => Object.defineProperty(navigator, "gpu", { value: undefined }));
  await open(page, host.address);
  await page.click("#measure");
  await page.waitForSelector("#bars svg", { timeout: 120_000 });
  const status = await text(page, "measure-status");
  assert.match(status, /ThreadsUnavailableError.*Cross-Origin.*WebGpuUnavailableError/s);
  await page.waitForSelector("#measure:enabled");
  await page.click("#certify");
  await page.waitForSelector("#certify-status.failed");
  assert.match(await text(page, "certify-status"), /WebGPU/);
});

Deno.test("demo page: it promises what the table of bounds does", () => {
  assert.equal(promised, bound("f32", "exact", 1, "webgpu"));
});

Deno.test("demo page: units of the last place", () => {
  assert.equal(ulpOf(1), 2 ** -23);
  assert.equal(ulpOf(1 - 2 ** -24), 2 ** -24);
  assert.equal(ulpOf(0), 2 ** -149);
  assert.equal(ulpOf(2 ** -126), 2 ** -149);
  assert.equal(ulpsApart(1 + 2 ** -23, 1), 1);
  assert.equal(ulpsApart(0, 2 ** -149), 1);
  assert.equal(ulpsApart(NaN, NaN), 0);
  assert.equal(ulpsApart(Infinity, Infinity), 0);
  assert.equal(ulpsApart(Infinity, 89), Infinity);
  assert.equal(ulpsApart(NaN, 1), Infinity);
});

Deno.test("demo page: the certificate finds an engine that is wrong at one number", async () => {
  const wrongAt = 0.5;
  const lying = (x: Float32Array<ArrayBuffer>) =>
    softplus(x).map((y, i) => x[i] === wrongAt ? y * (1 + 2 ** -20) : y);
  const { softplus: found } = await certify(
    { softplus: lying, sigmoid: lying, logSigmoid: lying },
    4096,
  );
  assert.equal(found.x, wrongAt);
  // 2^-20 of softplus(0.5) = 0.974, whose last place is 2^-24, rounded to a whole one.
  assert.ok(found.worst > 15 && found.worst < 17, String(found.worst));
  assert.deepEqual([found.misrounded, found.of], [1, 2 ** 20]);
  const nothing = nothingFound();
  look(nothing, new Float32Array([NaN]), new Float32Array([NaN]), new Float64Array([NaN]));
  assert.deepEqual([nothing.worst, nothing.misrounded, nothing.of], [0, 0, 1]);
});
