/**
 * Counts what is written after a call has been settled. Run by Deno and by Node:
 * `late_writes.js dispose|free ROUNDS`.
 */
import { softplus, threads } from "../../dist/softplus.js";

const { argv } = globalThis.process;
const [what, rounds] = [argv[2], Number(argv[3])];
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** How many elements are not `value`. */
function others(array, value) {
  let count = 0;
  for (let i = 0; i < array.length; i++) if (array[i] !== value) count++;
  return count;
}

/** Disposes a pool during a call in place, and writes into the array when both are settled. */
async function disposeRound(round) {
  const pool = await threads({ size: 1 + round % 2 });
  const x = pool.alloc(Float32Array, 4e6);
  const call = pool.softplus(x, { out: x }).then(() => false, () => true);
  if (round % 4 > 0) await sleep(round % 4 - 1);
  const disposed = pool.dispose();
  const rejected = await call;
  await disposed;
  x.fill(7);
  await sleep(2);
  return { late: others(x, 7), rejected };
}

/** Frees the arrays of a call under way, in place or not, and allocates anew at once. */
function makeFreeRound(pool) {
  const length = 300_000;
  const input = new Float32Array(length).map((_, i) => i / 20_000 - 8);
  const want = softplus(input);
  return async (round) => {
    const x = pool.alloc(Float32Array, length);
    const out = round % 2 === 0 ? x : pool.alloc(Float32Array, length);
    const plain = round % 3 === 0 ? new Float32Array(length) : undefined;
    x.set(input);
    const call = pool.softplus(x, { out: plain ?? out });
    pool.free(x);
    const next = pool.alloc(Float32Array, length);
    let late = others(next, 0);
    next.fill(7);
    const result = await call;
    late += others(next, 7);
    if (plain !== undefined || out !== x) {
      for (let i = 0; i < length; i++) if (result[i] !== want[i]) late++;
    }
    if (out !== x) pool.free(out);
    pool.free(next);
    return { late, rejected: false };
  };
}

const pool = await threads({ size: 2 });
const run = what === "dispose" ? disposeRound : makeFreeRound(pool);
const found = { late: 0, rejected: 0 };
for (let round = 0; round < rounds; round++) {
  const { late, rejected } = await run(round);
  found.late += late;
  found.rejected += Number(rejected);
}
await pool.dispose();
console.log(JSON.stringify(found));
