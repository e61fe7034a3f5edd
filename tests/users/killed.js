/**
 * Kills workers at any time, in Node, where they end at once: calls are right, or rejected where
 * they were in place. `killed.js ROUNDS`.
 */
import { softplus, threads } from "../../dist/softplus.js";

const { process } = globalThis;
const { getBuiltinModule } = process;
const workers = [];
process.getBuiltinModule = (name) => {
  const builtin = getBuiltinModule.call(process, name);
  if (name !== "node:worker_threads") return builtin;
  const Worker = class extends builtin.Worker {
    constructor(...args) {
      super(...args);
      workers.push(this);
    }
  };
  return { ...builtin, Worker };
};

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const found = { right: 0, wrong: 0, rejected: 0, late: 0 };
const isSame = (a, b) => a.every((value, i) => value === b[i]);

const input = new Float32Array(1_000_000).map((_, i) => i / 50_000 - 10);
const want = softplus(input);
const pool = await threads({ size: 2 });
for (let round = 0; round < Number(process.argv[2]); round++) {
  const calls = ["in place", "apart", "plain"].map(async (kind) => {
    const x = kind === "plain" ? input : pool.alloc(Float32Array, input.length);
    if (kind !== "plain") x.set(input);
    const out = kind === "in place"
      ? x
      : kind === "plain"
      ? new Float32Array(input.length)
      : pool.alloc(Float32Array, input.length);
    try {
      found[isSame(await pool.softplus(x, { out }), want) ? "right" : "wrong"]++;
    } catch (error) {
      if (kind !== "in place" || !/ended while it computed in place/.test(error.message)) {
        throw error;
      }
      found.rejected++;
      x.fill(7);
      await sleep(5);
      if (!x.every((value) => value === 7)) found.late++;
    }
    if (kind !== "plain") pool.free(x);
    if (kind === "apart") pool.free(out);
  });
  await sleep(round % 3);
  workers[round % workers.length].terminate();
  await Promise.all(calls);
}
await pool.dispose();
console.log(JSON.stringify(found));
