/**
 * Subclasses of typed arrays, whatever they do to the members that an engine might use: results are
 * those of the plain array over the same memory, on every engine.
 */
import assert from "node:assert/strict";
import fc from "fast-check";
import { property } from "../support/arbitraries.ts";
import {
  call,
  engines,
  type EngineUnderTest,
  type Kernel,
  kernels,
  Matrix,
} from "../support/engines.ts";
import type { Format, Vector } from "../../lab/floats.ts";
import { equal, inputsOf, mixed } from "../support/vectors.ts";

const CLASSES = {
  f16: Float16Array,
  f32: Float32Array,
  f64: Float64Array,
} as unknown as Record<Format, Float32ArrayConstructor>;

/** What a stranger's class may do, by name: each is put on the prototype or on the array itself. */
const TRICKS: Record<string, PropertyDescriptor & { readonly key?: PropertyKey }> = {
  "length is a method": { key: "length", value: () => 3 },
  "length is another": { key: "length", get: () => 2 },
  "buffer is another": { key: "buffer", get: () => new ArrayBuffer(64) },
  "byteOffset is another": { key: "byteOffset", get: () => 4 },
  "byteLength is another": { key: "byteLength", get: () => 8 },
  "BYTES_PER_ELEMENT is another": { key: "BYTES_PER_ELEMENT", value: 1 },
  "subarray gives an array of its own": { key: "subarray", value: () => new Float32Array(1) },
  "subarray throws": { key: "subarray", value: thrower },
  "slice throws": { key: "slice", value: thrower },
  "set does nothing": { key: "set", value: () => {} },
  "fill throws": { key: "fill", value: thrower },
  "map throws": { key: "map", value: thrower },
  "keys throws": { key: "keys", value: thrower },
  "it cannot be iterated": { key: Symbol.iterator, value: undefined },
  "its tag is another": { key: Symbol.toStringTag, value: "Int8Array" },
  "its constructor is another": { key: "constructor", value: class Other {} },
  "its constructor throws": { key: "constructor", get: thrower },
  "valueOf throws": { key: "valueOf", value: thrower },
  "toString throws": { key: "toString", value: thrower },
};

function thrower(): never {
  throw new Error("a stranger's member was called");
}

/** An array of a class with a constructor, a species and members of its own, over a copy of `data`. */
function hostile(
  format: Format,
  data: Vector,
  tricks: readonly string[],
  onArray: boolean,
): Vector {
  const Base = CLASSES[format];
  class Grid extends Base {
    constructor(buffer: ArrayBuffer, offset: number, rows: number, columns: number) {
      super(buffer, offset, rows * columns);
    }
    static get [Symbol.species]() {
      return thrower as never;
    }
  }
  const bytes = data.length * Base.BYTES_PER_ELEMENT;
  const offset = 3 * Base.BYTES_PER_ELEMENT; // no member of 0 is right by chance
  const buffer = new ArrayBuffer(bytes + offset);
  new Base(buffer, offset, data.length).set(data as unknown as Float32Array);
  const array = new Grid(buffer, offset, data.length, 1);
  for (const name of tricks) {
    const { key, ...descriptor } = TRICKS[name]!;
    Object.defineProperty(onArray ? array : Grid.prototype, key!, {
      configurable: true,
      ...descriptor,
    });
  }
  return array as unknown as Vector;
}

/** The plain array over the memory that a hostile one was made on. */
function plainOver(format: Format, array: Vector, length: number): Vector {
  const TypedArray = Object.getPrototypeOf(Float32Array.prototype);
  const buffer = Object.getOwnPropertyDescriptor(TypedArray, "buffer")!.get!.call(array);
  const Base = CLASSES[format];
  return new Base(buffer, 3 * Base.BYTES_PER_ELEMENT, length) as unknown as Vector;
}

interface Case {
  readonly kernel: Kernel;
  readonly length: number;
  readonly tricks: readonly string[];
  readonly onArray: boolean;
  /** Which arguments are hostile. */
  readonly x: boolean;
  readonly upstream: boolean;
  readonly out: boolean;
  readonly inPlace: boolean;
  readonly batch: boolean;
  readonly beta: number;
}

const cases: fc.Arbitrary<Case> = fc.record({
  kernel: fc.constantFrom(...kernels),
  // Around a vector, a tile of wasm, and the length from which arrays get a view of their own.
  length: fc.oneof(fc.nat(70), fc.constantFrom(4095, 4097, 16383, 16384, 40_001)),
  tricks: fc.subarray(Object.keys(TRICKS), { maxLength: 4 }),
  onArray: fc.boolean(),
  x: fc.boolean(),
  upstream: fc.boolean(),
  out: fc.boolean(),
  inPlace: fc.boolean(),
  batch: fc.boolean(),
  beta: fc.constantFrom(1, 1, -1, 2.5),
});

async function check({ engine }: EngineUnderTest, format: Format, c: Case): Promise<void> {
  const inputs = inputsOf(c.kernel, format, c.length);
  const want = await call(engine, c.kernel, inputs, { beta: c.beta });
  const isHostile = [c.x, c.upstream];
  const given = inputs.map((v, k) =>
    isHostile[k] ? hostile(format, v, c.tricks, c.onArray) : v.slice()
  );
  const memory = given.map((v, k) => isHostile[k] ? plainOver(format, v, c.length) : v);
  const outs = want.map((_, k) =>
    c.inPlace && k === 0
      ? given[0]!
      : c.out
      ? hostile(format, mixed(format, c.length, 9 + k), c.tricks, c.onArray)
      : mixed(format, c.length, 9 + k)
  );
  const outMemory = outs.map((v, k) =>
    c.inPlace && k === 0 ? memory[0]! : c.out ? plainOver(format, v, c.length) : v
  );
  const shape = (v: Vector): Vector | Matrix => c.batch ? new Matrix(v, 1, c.length) : v;
  const got = c.out || c.inPlace
    ? await call(engine, c.kernel, given.map(shape), { beta: c.beta }, outs.map(shape))
    : await call(engine, c.kernel, given.map(shape), { beta: c.beta });
  want.forEach((y, k) => {
    const result = c.out || c.inPlace ? outMemory[k]! : c.batch ? (got[k] as Matrix).data : got[k];
    equal(result as Vector, y, inputs[0]!, JSON.stringify(c));
  });
  if (!c.out && !c.inPlace) {
    // A new result is of the plain class, whose members can be trusted.
    got.forEach((y) =>
      assert.equal((c.batch ? (y as Matrix).data : y).constructor, CLASSES[format])
    );
  }
}

for (const under of engines) {
  for (const format of under.formats) {
    property(
      `${under.name} ${format}: subclasses give what the plain array gives`,
      cases,
      (c) => check(under, format, c),
    );

    Deno.test(`${under.name} ${format}: each trick alone, on every kernel`, async () => {
      const all = { x: true, upstream: true, out: true, inPlace: false, batch: false, beta: 1 };
      for (const kernel of kernels) {
        for (const trick of ["", ...Object.keys(TRICKS)]) {
          const tricks = trick === "" ? [] : [trick];
          for (const length of [12, 20_000]) {
            await check(under, format, { kernel, length, tricks, onArray: length === 12, ...all });
          }
        }
      }
    });
  }
}

Deno.test("the witness: rows and columns in place of a length", async () => {
  class Grid extends (Float32Array as { new (length: number): Float32Array<ArrayBuffer> }) {
    constructor(rows: number, columns: number) {
      super(rows * columns);
    }
  }
  const grid = new Grid(100, 100);
  grid.fill(-3);
  for (const { name, engine } of engines) {
    const y = await engine.softplus(grid) as Float32Array;
    assert.ok(y.every((v) => v === Math.fround(0.04858735157374206)), name);
    const back = await engine.softplusBackward(grid, grid) as Float32Array;
    assert.ok(back.every((v) => v === back[0] && v < -0.14 && v > -0.143), name);
  }
});

Deno.test("a Matrix takes a subclass for its data", () => {
  const data = hostile("f32", mixed("f32", 6, 1), Object.keys(TRICKS).slice(0, 8), true);
  assert.equal(new Matrix(data, 2, 3).rows, 2);
  assert.throws(() => new Matrix(data, 2, 2), /data must have rows \* columns = 4 elements, got 6/);
});
