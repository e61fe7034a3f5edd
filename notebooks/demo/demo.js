// @ts-check
/** The demo page: x under the pointer, the benchmark, and the certificate of this machine's GPU. */

import { naive, wasm, webgpu } from "../../dist/softplus.js";
import { ulpsApart } from "./accuracy.js";
import { certify, functions, promised } from "./certify.js";
import { measure } from "./measure.js";
import { bars, curves, horizontal, width } from "./plot.js";

const range = /** @type {const} */ ([-110, 110]);
const forms = {
  softplus: { textbook: "log(1 + eˣ)", run: naive.softplusOverflowing, high: 110 },
  sigmoid: { textbook: "1 / (1 + e⁻ˣ)", run: naive.sigmoid, high: 1 },
};

/**
 * @template {HTMLElement} T
 * @param {string} id
 * @returns {T}
 */
const element = (id) => /** @type {T} */ (document.getElementById(id));

/** @type {{ name: keyof typeof forms, x: number }} */
const shown = { name: "softplus", x: -10 };

/** Both forms at the places of x, with the decimal digits that are right. */
function samples(/** @type {readonly number[]} */ places) {
  const x = Float32Array.from(places);
  const exact = wasm[shown.name](Float64Array.from(x));
  const values = { textbook: forms[shown.name].run(x), kit: wasm[shown.name](x) };
  const digits = (/** @type {number} */ got, /** @type {number} */ want) => {
    const apart = Math.abs(got - want) / want;
    return Number.isFinite(got) ? Math.min(7.5, Math.max(0, -Math.log10(apart))) : 0;
  };
  return places.map((at, i) => {
    const [textbook = NaN, kit = NaN, want = NaN] = [values.textbook[i], values.kit[i], exact[i]];
    return {
      value: { x: at, textbook, kit },
      digits: { x: at, textbook: digits(textbook, want), kit: digits(kit, want) },
      apart: { textbook: ulpsApart(textbook, want), kit: ulpsApart(kit, want) },
    };
  });
}

const places = Array.from({ length: 881 }, (_, i) => range[0] + i / 4);
/** @type {Map<string, ReturnType<typeof samples>>} */
const swept = new Map();

function verdict(/** @type {number} */ ulps) {
  if (ulps <= 0.5) return "correctly rounded: no float32 is nearer";
  if (ulps === Infinity) return "infinite, and the exact value is not";
  const many = ulps >= 1e5 ? ulps.toExponential(1) : ulps.toPrecision(3);
  return `${many} units in the last place off`;
}

function draw() {
  const { name, x } = shown;
  if (!swept.has(name)) swept.set(name, samples(places));
  const all = swept.get(name) ?? [];
  const [here] = samples([x]);
  if (here === undefined) return;
  const { high } = forms[name];
  element("plots").innerHTML = curves(
    {
      title: `${name}(x)`,
      ...{ low: 0, high, ticks: high === 1 ? [0, 0.5, 1] : [0, 50, 100] },
      samples: all.map(({ value }) => value),
    },
    range,
    here.value,
    200,
  ) +
    curves(
      {
        title: "decimal digits that are right: float32 has 7, fewer where results are subnormal",
        ...{ low: 0, high: 7.5, ticks: [0, 2, 4, 6] },
        samples: all.map(({ digits }) => digits),
      },
      range,
      here.digits,
      200,
    );
  element("x").textContent = String(x);
  /** @type {HTMLInputElement} */ (element("slider")).value = String(x);
  element("textbook-form").textContent = forms[name].textbook;
  element("kit-form").textContent = `${name}(x)`;
  for (const who of /** @type {const} */ (["textbook", "kit"])) {
    const value = here.value[who];
    element(`${who}-value`).textContent = value === 0 || value >= 1e-3
      ? String(+value.toPrecision(8))
      : value.toExponential(7);
    element(`${who}-verdict`).textContent = verdict(here.apart[who]);
  }
}

/** @param {PointerEvent} event */
function follow(event) {
  const box = element("plots").getBoundingClientRect();
  const x = horizontal(range).back((event.clientX - box.left) / box.width * width);
  shown.x = Math.round(x * 4) / 4;
  draw();
}

/** Lets the page be drawn before the next long piece of work. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Runs something long from a button; what goes wrong stands below it.
 *
 * @param {string} id of the button
 * @param {string} status id of the line below
 * @param {(tell: (text: string) => Promise<unknown>) => Promise<void>} work
 */
function onClick(id, status, work) {
  element(id).addEventListener("click", async () => {
    const buttons = [...document.querySelectorAll("button.start")];
    const line = element(status);
    const tell = (/** @type {string} */ text) => {
      line.textContent = text;
      return breathe();
    };
    for (const button of buttons) button.toggleAttribute("disabled", true);
    line.classList.remove("failed");
    try {
      await work(tell);
    } catch (error) {
      line.classList.add("failed");
      line.textContent = error instanceof Error ? error.message : String(error);
    }
    for (const button of buttons) button.toggleAttribute("disabled", false);
  });
}

/** @param {number} step */
const certifyEvery = (step) => async (/** @type {(text: string) => Promise<unknown>} */ tell) => {
  const gpu = await webgpu({ powerPreference: "high-performance" });
  try {
    const start = performance.now();
    const found = await certify(gpu, step, async (done) => {
      await tell(`${gpu.adapter}: ${(100 * done).toFixed(1)} %`);
    });
    const rows = functions.map((name) => {
      const { worst, x, misrounded, of } = found[name];
      const number = (/** @type {number} */ n) => n.toLocaleString("en");
      return `<tr><td>${name}</td><td>${promised}</td><td>${worst.toPrecision(4)}</td><td>${x}</td>
<td>${number(misrounded)}</td><td>${number(of)}</td><td>${
        worst <= promised ? "pass" : "FAIL"
      }</td></tr>`;
    });
    element("found").innerHTML =
      `<table><tr><th>function</th><th>promised ULP</th><th>worst found</th><th>at x</th>
<th>misrounded</th><th>of</th><th></th></tr>${rows.join("")}</table>`;
    await tell(`${gpu.adapter}: done in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  } finally {
    await gpu.dispose();
  }
};

for (const button of document.querySelectorAll("button[data-x]")) {
  button.addEventListener("click", () => {
    shown.x = Number(button.getAttribute("data-x"));
    draw();
  });
}
for (const button of document.querySelectorAll("button[data-function]")) {
  button.addEventListener("click", () => {
    shown.name = button.getAttribute("data-function") === "sigmoid" ? "sigmoid" : "softplus";
    for (const other of document.querySelectorAll("button[data-function]")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
    draw();
  });
}
element("slider").addEventListener("input", ({ target }) => {
  shown.x = Number(/** @type {HTMLInputElement} */ (target).value);
  draw();
});
element("plots").addEventListener("pointerdown", (event) => {
  // From here on the pointer is followed, also beyond the plots.
  element("plots").setPointerCapture(event.pointerId);
  follow(event);
});
element("plots").addEventListener("pointermove", (event) => {
  if (event.buttons === 1) follow(event);
});
onClick("measure", "measure-status", async (tell) => {
  const { rows, absent } = await measure(async (what) => void await tell(what));
  element("bars").innerHTML = bars(rows);
  await tell(absent.length === 0 ? "done" : `not here: ${absent.join("; ")}`);
});
onClick("certify", "certify-status", certifyEvery(4096));
onClick("certify-all", "certify-status", certifyEvery(1));
draw();
