/**
 * Inputs that act while they are read, and garbage in every argument at once, on every engine.
 *
 * Options are an object of the caller: a getter on it may throw, give memory away or resize it. A
 * kernel has to read them before it looks at the memory, and once.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { property } from "../support/arbitraries.ts";
import { call, engines, type Kernel, kernels } from "../support/engines.ts";
import type { Format, Vector } from "../../lab/floats.ts";
import * as garbage from "../support/garbage.ts";
import { attempt, type Fault, isFault, refused, snapshot } from "../support/garbage.ts";
import { equal, growable, inputsOf, mixed } from "../support/vectors.ts";

/** An array on a buffer that can be resized. */
const resizable = (format: Format, length: number) =>
  growable(mixed(format, length, length), false);

const resize = (array: Vector, length: number) =>
  (array.buffer as ArrayBuffer).resize(length * array.BYTES_PER_ELEMENT);

const OPTION_NAMES = ["out", "precision", "beta"] as const;

/** Options with a getter under `name` that acts and then returns `value`. */
function acting(name: string, act: () => void, value: unknown, rest: object = {}): object {
  return Object.defineProperty({ ...rest }, name, {
    enumerable: true,
    get() {
      act();
      return value;
    },
  });
}

const defaults = { out: undefined, precision: "exact", beta: 2 };

for (const { name, engine, formats } of engines) {
  for (const format of formats) {
    for (const kernel of kernels) {
      const label = `${name} ${format} ${kernel.name}`;
      const outFor = (first: Vector) =>
        kernel.outputs === 2 ? { value: first, grad: mixed(format, first.length, 3) } : first;

      Deno.test(`${label}: what a getter of options throws comes through`, async () => {
        const inputs = inputsOf(kernel, format, 5);
        const out = mixed(format, 5, 2);
        for (const option of OPTION_NAMES) {
          const thrown = new Error("from the getter");
          const unchanged = snapshot([...inputs, out]);
          const act = () => {
            throw thrown;
          };
          const rest = option === "out" ? {} : { out: outFor(out) };
          const options = acting(option, act, undefined, rest);
          const { error } = await attempt(engine, kernel, [...inputs, options]);
          assert.equal(error, thrown, option);
          assert.ok(unchanged(), option);
        }
      });

      Deno.test(`${label}: options may be a proxy, an array, frozen or without a prototype`, async () => {
        const inputs = inputsOf(kernel, format, 5);
        const want = await call(engine, kernel, inputs, { beta: 2 });
        const bare = Object.assign(Object.create(null), { beta: 2 });
        const all = [
          new Proxy({ beta: 2 }, {}),
          Object.freeze({ beta: 2 }),
          bare,
          Object.assign([], { beta: 2 }),
        ];
        for (const options of all) {
          const got = await call(engine, kernel, inputs, options as { beta: number });
          got.forEach((y, k) => equal(y, want[k]!, inputs[0]!, label));
        }
      });

      Deno.test(`${label}: memory that goes while options are read`, async () => {
        for (const option of OPTION_NAMES) {
          for (const victim of Array(kernel.inputs).keys()) {
            for (
              const take of [(v: Vector) => void garbage.detached(v), (v: Vector) => resize(v, 2)]
            ) {
              // The victim is a view of a fixed length: given away or cut short, it has no elements.
              const inputs = inputsOf(kernel, format, 5);
              const whole = resizable(format, 5);
              inputs[victim] = new (whole.constructor as Float32ArrayConstructor)(
                whole.buffer as ArrayBuffer,
                0,
                5,
              );
              const out = mixed(format, 5, 2);
              const value = option === "out" ? outFor(out) : defaults[option];
              const rest = option === "out" ? {} : { out: outFor(out) };
              const options = acting(option, () => take(whole), value, rest);
              const fault = [{ type: TypeError, names: victim === 0 ? "x" : "upstream" }];
              await refused(engine, kernel, [...inputs, options], fault, `${option} takes it`, [
                out,
              ]);
            }
          }
          if (option === "out") continue;
          // The same with out, which was read before or is read after.
          const inputs = inputsOf(kernel, format, 5);
          const out = resizable(format, 5);
          const options = acting(option, () => resize(out, 3), defaults[option], {
            out: outFor(out),
          });
          const fault = [{ type: RangeError, names: "out" }];
          await refused(engine, kernel, [...inputs, options], fault, `${option} cuts out`, [out]);
        }
      });

      Deno.test(`${label}: options, and the pair of two outputs, are read once`, async () => {
        // What is read twice can be another thing the second time, after the check.
        const reads = new Map<string, number>();
        const counting = (of: object): object =>
          new Proxy(of, {
            get(target, key) {
              reads.set(String(key), (reads.get(String(key)) ?? 0) + 1);
              return Reflect.get(target, key);
            },
          });
        const inputs = inputsOf(kernel, format, 5);
        const out = outFor(mixed(format, 5, 2));
        const options = counting({
          out: kernel.outputs === 2 ? counting(out) : out,
          precision: "exact",
          beta: 2,
        });
        const { error } = await attempt(engine, kernel, [...inputs, options]);
        assert.equal(error, undefined);
        const pair = kernel.outputs === 2 ? ["value", "grad"] : [];
        for (const key of [...OPTION_NAMES, ...pair]) assert.equal(reads.get(key), 1, key);
      });

      Deno.test(`${label}: getters of the pair of two outputs may act`, async () => {
        if (kernel.outputs === 1) return;
        const thrown = new Error("from the getter");
        for (const key of ["value", "grad"]) {
          const good = { value: mixed(format, 5, 2), grad: mixed(format, 5, 3) };
          const rest = key === "value" ? { grad: good.grad } : { value: good.value };
          const watched = Object.values(good);
          const [x] = inputsOf(kernel, format, 5) as [Vector];
          const unchanged = snapshot([x, ...watched]);
          const throwing = acting(
            key,
            () => {
              throw thrown;
            },
            undefined,
            rest,
          );
          const { error } = await attempt(engine, kernel, [x, { out: throwing }]);
          assert.equal(error, thrown);
          assert.ok(unchanged());
          // x is given away, or the other output is, while this one is read.
          const xGoes = acting(key, () => void garbage.detached(x), good[key as "value"], rest);
          // Its length is 0 then: x has lost its memory, or out no longer has its length.
          const noX = [{ type: TypeError, names: "x" }, { type: RangeError, names: "out" }];
          await refused(engine, kernel, [x, { out: xGoes }], noX, `${key} takes x`, watched);
          const other = key === "value" ? good.grad : good.value;
          const outGoes = acting(
            key,
            () => void garbage.detached(other),
            good[key as "value"],
            rest,
          );
          const noOut = [{ type: RangeError, names: "out" }];
          const inputs = inputsOf(kernel, format, 5);
          await refused(
            engine,
            kernel,
            [...inputs, { out: outGoes }],
            noOut,
            `${key} takes out`,
            watched,
          );
        }
      });

      Deno.test(`${label}: length-tracking arrays have the length that they have after options`, async () => {
        const whole = resizable(format, 6);
        const inputs = [whole, ...inputsOf(kernel, format, 4).slice(1)];
        const options = acting("beta", () => resize(whole, 4), 2);
        const got = await call(engine, kernel, inputs, options as { beta: number });
        const want = await call(engine, kernel, [whole.slice(), ...inputs.slice(1)], { beta: 2 });
        got.forEach((y, k) => equal(y, want[k]!, whole, label));
      });
    }
  }
}

const NOT_INPUT = Object.entries(garbage.NOT_INPUT);
const choice = <T>(...values: T[]) => fc.constantFrom(...values);

/** A call by what is wrong with each argument; `pick` chooses among the garbage of a kind. */
const calls = fc.record({
  kernel: fc.constantFrom(...kernels),
  length: fc.nat(20),
  pick: fc.nat(1000),
  x: choice("good", "good", "good", "garbage"),
  upstream: choice("good", "good", "garbage", "longer"),
  options: choice("good", "good", "good", "good", "good", "garbage"),
  out: choice("none", "good", "in place", "garbage", "longer", "other type", "detached"),
  precision: choice("none", "exact", "fast", "garbage"),
  beta: choice("none", "good", "good", "garbage"),
});

type Call = typeof calls extends fc.Arbitrary<infer T> ? T : never;

/** The arguments that a description stands for, and every error that they have earned. */
function build(c: Call, format: Format): { args: unknown[]; faults: Fault[]; outs: unknown[] } {
  const faults: Fault[] = [];
  const fault = (type: Fault["type"], names: string) => faults.push({ type, names });
  const inputs: unknown[] = inputsOf(c.kernel, format, c.length, c.pick);
  const fromList = () => NOT_INPUT[c.pick % NOT_INPUT.length]![1]();
  const x = inputs[0];
  if (c.x === "garbage") {
    inputs[0] = fromList();
    fault(TypeError, "x");
  }
  if (c.kernel.inputs === 2 && c.upstream !== "good") {
    if (c.upstream === "garbage") inputs[1] = fromList();
    else inputs[1] = mixed(format, c.length + 1, 5);
    fault(c.upstream === "garbage" ? TypeError : RangeError, "upstream");
  }
  // A good upstream of a bad x agrees with nothing, and out neither.
  if (c.x === "garbage" && c.kernel.inputs === 2) {
    fault(TypeError, "upstream"), fault(RangeError, "upstream");
  }
  const options: Record<string, unknown> = {};
  const outs = [mixed(format, c.length, 8), mixed(format, c.length, 9)] as unknown[];
  if (c.out !== "none") {
    if (c.out === "in place") outs[0] = x;
    if (c.out === "garbage") outs[0] = fromList() ?? null;
    if (c.out === "longer") outs[0] = mixed(format, c.length + 1 + c.pick, 8);
    if (c.out === "other type") outs[0] = mixed(format === "f32" ? "f64" : "f32", c.length, 8);
    if (c.out === "detached") outs[0] = garbage.detached(mixed(format, c.length, 8));
    if (!["good", "in place"].includes(c.out) || c.x === "garbage") fault(RangeError, "out");
    options.out = c.kernel.outputs === 2 ? { value: outs[0], grad: outs[1] } : outs[0];
  }
  if (c.precision === "garbage") {
    options.precision = garbage.NOT_PRECISION[c.pick % garbage.NOT_PRECISION.length];
    fault(RangeError, "precision");
  } else if (c.precision !== "none") options.precision = c.precision;
  if (c.beta === "garbage") {
    const bad = garbage.NOT_BETA[c.pick % garbage.NOT_BETA.length]!;
    options.beta = bad.value;
    fault(bad.fault, "beta");
  } else if (c.beta === "good") options.beta = 1 + c.pick / 100;
  if (c.options === "good") return { args: [...inputs, options], faults, outs };
  const instead = garbage.NOT_OPTIONS[c.pick % garbage.NOT_OPTIONS.length];
  const others = faults.filter(({ names }) => names === "x" || names === "upstream");
  return {
    args: [...inputs, instead],
    faults: [...others, { type: TypeError, names: "options" }],
    outs,
  };
}

for (const { name, engine, formats } of engines) {
  for (const format of formats) {
    property(`${name} ${format}: garbage in any argument`, calls, async (description) => {
      const { args, faults, outs } = build(description, format);
      const unchanged = snapshot([...args, ...outs]);
      const { error, result } = await attempt(engine, description.kernel as Kernel, args);
      if (faults.length === 0) {
        assert.equal(error, undefined);
        assert.notEqual(result, undefined);
        return;
      }
      const wanted = faults.map((f) => `${f.type.name} naming ${f.names}`).join(" or ");
      assert.ok(faults.some((f) => isFault(error, f)), `got ${error}, want ${wanted}`);
      assert.ok(unchanged(), `something was written before ${error}`);
    }, 2000);
  }
}
