// @ts-check
/** The page's benchmark: what a million softplus cost in this browser. */

import { naive, scalar, threads, wasm, webgpu } from "../../dist/softplus.js";
import { look, nothingFound } from "./accuracy.js";

const length = 1_000_000;
const rounds = 9;

/** @typedef {{ name: string, who: "textbook" | "kit", run: () => unknown, result: () => unknown }} Runner */

/** Numbers from -10 to 10, the same in every run. */
function input() {
  const x = new Float32Array(length);
  let state = 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1664525) + 1013904223 >>> 0;
    x[i] = state / 2 ** 32 * 20 - 10;
  }
  return x;
}

/**
 * Everything that runs here; what does not is named with its reason.
 *
 * @param {Float32Array} x
 * @param {Float32Array} out
 */
async function runnersHere(x, out) {
  /** @type {string[]} */
  const absent = [];
  /** @type {(() => Promise<void>)[]} */
  const endings = [];
  const result = () => out;
  /** @type {Runner[]} */
  const runners = [{
    name: "textbook, float32",
    who: "textbook",
    run: () => naive.softplusOverflowing(x, { out }),
    result,
  }];
  /** @param {string} name @param {() => unknown} run */
  const add = (name, run) => runners.push({ name, who: "kit", run, result });
  add("scalar, exact", () => scalar.softplus(x, { out }));
  add("wasm, exact", () => wasm.softplus(x, { out }));
  add("wasm, fast", () => wasm.softplus(x, { out, precision: "fast" }));
  try {
    const pool = await threads();
    endings.push(() => pool.dispose());
    for (const precision of /** @type {const} */ (["exact", "fast"])) {
      add(`threads (${pool.size}), ${precision}`, () => pool.softplus(x, { out, precision }));
    }
  } catch (error) {
    absent.push(String(error));
  }
  try {
    const gpu = await webgpu();
    endings.push(() => gpu.dispose());
    const there = gpu.upload(x);
    const into = gpu.upload(out);
    add("webgpu, round trip", () => gpu.softplus(x, { out }));
    runners.push({
      name: "webgpu, data stays",
      who: "kit",
      run: () => (gpu.softplus(there, { out: into }), gpu.device.queue.onSubmittedWorkDone()),
      result: () => into.read(),
    });
  } catch (error) {
    absent.push(String(error));
  }
  return { runners, absent, endings };
}

/**
 * Throws where the kit is wrong: no time of such a run is worth having.
 *
 * @param {Runner} runner
 * @param {Float32Array} x
 * @param {Float32Array} out
 * @param {Float64Array} exact
 */
async function check(runner, x, out, exact) {
  out.fill(NaN);
  await runner.run();
  const found = nothingFound();
  look(found, x, /** @type {Float32Array} */ (await runner.result()), exact);
  if (runner.who === "kit" && !(found.worst <= 2)) {
    throw new Error(`${runner.name} is ${found.worst} ULP off at x = ${found.x}`);
  }
}

/**
 * Measures what runs here; what does not is named with its reason.
 *
 * @param {(what: string) => void | Promise<void>} tell
 * @returns {Promise<{ rows: { name: string, value: number, who: "textbook" | "kit" }[], absent: string[] }>}
 */
export async function measure(tell) {
  const x = input();
  const out = new Float32Array(length);
  const exact = wasm.softplus(Float64Array.from(x));
  const { runners, absent, endings } = await runnersHere(x, out);
  /** @type {Map<Runner, number[]>} */
  const times = new Map(runners.map((runner) => [runner, []]));
  try {
    for (const runner of runners) {
      await tell(`checking ${runner.name}`);
      await check(runner, x, out, exact);
    }
    for (let round = 0; round < rounds; round++) {
      await tell(`round ${round + 1} of ${rounds}`);
      for (const [runner, list] of times) {
        const start = performance.now();
        await runner.run();
        list.push(performance.now() - start);
      }
    }
  } finally {
    for (const end of endings) await end();
  }
  const rows = [...times].map(([{ name, who }, list]) => {
    const median = list.sort((a, b) => a - b)[rounds >> 1] ?? NaN;
    return { name, who, value: median * 1e6 / length };
  });
  return { rows, absent };
}
