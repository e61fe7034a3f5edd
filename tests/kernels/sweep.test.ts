/**
 * Sweeps against the oracle, on every engine: float32 by stride over all bit patterns, none
 * misrounded; float64 on over a million inputs, the greatest error measured and printed.
 */
import assert from "node:assert/strict";
import { Random } from "../../lab/random.ts";
import { BOUNDARIES } from "../support/arbitraries.ts";
import { engines, type Precision, precisionsOf, type UnaryName } from "../support/engines.ts";
import { type Format, hex, report, same, step } from "../../lab/floats.ts";
import { exact, type Name, ulpError } from "../../lab/oracle/mpfr.ts";

const NAMES = ["softplus", "sigmoid", "logSigmoid"] as const;
const CHUNK = 1 << 15;

/** The greatest error found, with its witness. */
interface Worst {
  error: number;
  x: number;
  got: number;
  misrounded: number;
}

/** Which engine, function and precision a worst error belongs to. */
type Table = Map<string, Worst>;

/** Puts a chunk of inputs through every engine, and what is not correctly rounded in the table. */
async function measure(
  x: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  format: Format,
  precisions: Precision[],
  table: Table,
): Promise<void> {
  const want: Record<string, number[]> = {};
  // Both functions of x in turn: the oracle keeps e^-|x| from one to the next.
  const columns = NAMES.filter((name) => name !== "logSigmoid");
  for (const name of columns) want[name] = [];
  for (const v of x) columns.forEach((name) => want[name]!.push(exact(name, v, format)));
  for (const { name: engineName, engine, formats } of engines) {
    if (!formats.includes(format)) continue;
    for (const precision of precisions) {
      for (const name of NAMES) {
        const input = name === "logSigmoid" ? x.map((v) => -v) : x;
        const got = await engine[name](input, { precision });
        const key = `${name} ${format} ${precision} ${engineName}`;
        const worst = table.get(key) ?? { error: 0, x: NaN, got: NaN, misrounded: 0 };
        table.set(key, worst);
        const expected = name === "logSigmoid" ? want.softplus!.map((y) => -y) : want[name]!;
        for (let i = 0; i < x.length; i++) {
          if (same(got[i]!, expected[i]!)) continue;
          worst.misrounded++;
          const error = ulpError(name as Name, input[i]!, got[i]!, format);
          if (error > worst.error) Object.assign(worst, { error, x: input[i]!, got: got[i]! });
        }
      }
    }
  }
}

/** One line per row: what was found. */
function print(title: string, table: Table, format: Format): void {
  console.log(title);
  for (const [key, { error, x, got, misrounded }] of table) {
    const witness = misrounded === 0
      ? "every result correctly rounded"
      : `max ${error.toFixed(6)} ULP at x=${hex(x, format)} got=${hex(got, format)}`;
    console.log(`  ${key}: ${misrounded} not correctly rounded, ${witness}`);
  }
}

/** Asserts the promised bounds; correct rounding means that no result had other bits. */
function hold(table: Table, format: Format): void {
  for (const [key, { error, x, got, misrounded }] of table) {
    const [name, , precision, engine] = key.split(" ") as [Name, Format, Precision, string];
    const under = engines.find((one) => one.name === engine)!;
    const allowed = under.bound(format, precision, 1, name as UnaryName);
    if (misrounded === 0) continue;
    const message = report(`${key}, ${error} ULP`, x, got, exact(name, x, format), format);
    assert.ok(allowed > 0.5 && error <= allowed, message);
  }
}

Deno.test("float32: a strided sweep over all bit patterns, 0 misrounded", async () => {
  // A stride that is odd visits other low bits in every binade; 32,749 is prime.
  const stride = 32749;
  const bits = new Uint32Array(Math.ceil(2 ** 32 / stride)).map((_, i) => i * stride);
  const all = new Float32Array(bits.buffer);
  const table: Table = new Map();
  for (let at = 0; at < all.length; at += CHUNK) {
    await measure(all.slice(at, at + CHUNK), "f32", precisionsOf("f32"), table);
  }
  print(`float32, ${all.length} of all 2^32 bit patterns:`, table, "f32");
  hold(table, "f32");
});

Deno.test("float32: where the results live, a denser sweep, 0 misrounded", async () => {
  // Nine in ten bit patterns are tiny or saturated. The binades from 2^-12 to 2^7, where the
  // results take all their shapes, get about 7,000 random points each, ten times the strided ones.
  const table: Table = new Map();
  const random = new Random(65537);
  for (let round = 0; round < 4; round++) {
    const x = new Float32Array(CHUNK).map(() => {
      const exponent = Math.floor(random.uniform() * 19) - 12;
      const sign = random.uniform() < 0.6 ? -1 : 1;
      return sign * (1 + random.uniform()) * 2 ** exponent;
    });
    await measure(x, "f32", precisionsOf("f32"), table);
  }
  print(`float32, ${4 * CHUNK} inputs from 2^-12 to 2^7:`, table, "f32");
  hold(table, "f32");
});

/** More than a million doubles: every binade, every cut and threshold, and random ones. */
function* doubles(): Generator<number> {
  const random = new Random(53);
  const sign = () => random.uint32() & 1 ? -1 : 1;
  // Every binade, subnormals too, powers of two and their neighbours among them.
  for (let e = -1074; e <= 1023; e++) {
    for (const s of [-1, 1]) {
      for (const k of [-1, 0, 1]) yield step(s * 2 ** e, k, "f64");
      for (let i = 0; i < 6; i++) yield s * (1 + random.uniform()) * 2 ** e;
    }
  }
  // The binades in which the functions are neither 1/2 nor saturated.
  for (let e = -30; e <= 9; e++) {
    for (let i = 0; i < 4000; i++) yield sign() * (1 + random.uniform()) * 2 ** e;
  }
  // Cuts between one multiple of ln 2 and the next, the multiples, and the known boundaries.
  for (let n = 0; n <= 1076; n++) {
    for (const x of [n * Math.LN2, (n + 0.5) * Math.LN2]) {
      for (let k = -6; k <= 6; k++) {
        yield step(x, k, "f64");
        yield step(-x, k, "f64");
      }
    }
  }
  for (const x of [BOUNDARIES.f32, BOUNDARIES.f64].flatMap((b) => Object.values<number>(b))) {
    for (let k = -500; k <= 500; k++) {
      yield step(x, k, "f64");
      yield step(-x, k, "f64");
    }
  }
  // Random bits, the benchmark's distributions, both tails, and the subnormal results.
  const word = new BigUint64Array(1);
  const value = new Float64Array(word.buffer);
  for (let i = 0; i < 200_000; i++) {
    word[0] = BigInt(random.uint32()) << 32n | BigInt(random.uint32());
    if (!Number.isNaN(value[0])) yield value[0]!;
  }
  for (let i = 0; i < 250_000; i++) yield random.normal() * 4;
  for (let i = 0; i < 150_000; i++) yield 80 * random.uniform() - 40;
  for (let i = 0; i < 80_000; i++) yield -745.2 * random.uniform();
  for (let i = 0; i < 60_000; i++) yield -708 - 38 * random.uniform();
  for (let i = 0; i < 60_000; i++) yield 2 * random.uniform() - 1;
}

Deno.test("float64: the greatest error over more than a million inputs is at most 1 ULP", async () => {
  const table: Table = new Map();
  const buffer = new Float64Array(CHUNK);
  let count = 0;
  const flush = async (length: number) => {
    await measure(buffer.slice(0, length), "f64", ["exact"], table);
    count += length;
  };
  let filled = 0;
  for (const x of doubles()) {
    buffer[filled++] = x;
    if (filled < CHUNK) continue;
    await flush(filled);
    filled = 0;
  }
  await flush(filled);
  print(`float64, ${count} inputs:`, table, "f64");
  assert.ok(count >= 1_000_000, `${count} inputs`);
  hold(table, "f64");
});
