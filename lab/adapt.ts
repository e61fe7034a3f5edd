/**
 * The adapter: makes one thing of whatever somebody hands in, and says at once what is wrong with it.
 *
 * @module
 */
import type { Precision } from "../kernels/bounds.ts";
import { arrayType } from "../kernels/engines/arrays.ts";
import { describeOther } from "../kernels/engines/describe.ts";
import { arrayOf, arrayOfLength, type Format, formatOf, type Vector } from "./floats.ts";
import {
  checkImplementation,
  type Described,
  describedAs,
  type Implementation,
  ImplementationError,
  isExported,
  isGap,
  isNamed,
  isOpenable,
  type Named,
  type OwnFunction,
} from "./implementation.ts";
import { checkDtype } from "./options.ts";
import type { Reference } from "./oracle/reference.ts";

/** How an implementation is adapted. */
export interface AdaptOptions {
  /** The element type of its arrays; "f32" unless told. */
  readonly dtype?: Format;
  /** Milliseconds that a promise of it may take; 10,000 unless told. A call that blocks cannot be stopped. */
  readonly timeout?: number;
  /** Given to it as a second argument, `{ precision }`; nothing is given unless told. */
  readonly precision?: Precision;
  /** What it stands for: where that is a number, results that are all NaN are refused at once. */
  readonly reference?: Reference;
  /** Inputs of the trial calls, two of different value at least; from -8 to 8 unless told. */
  readonly probe?: readonly number[];
}

/** An implementation that has been tried, and does what one has to. */
export interface Adapted extends Required<Described>, AsyncDisposable {
  readonly dtype: Format;
  /** What it takes: whole arrays, or one number after the other. */
  readonly takes: "arrays" | "numbers";
  /** Whether its calls return promises. */
  readonly isAsync: boolean;
  /**
   * The results at x, checked for type and length, in `out` or a new array. The implementation gets
   * a copy of x, so whatever it does to it, x stays.
   *
   * @throws {ImplementationError} it throws, returns something else, or does not settle in time
   */
  apply(x: Vector, out?: Vector): Vector | Promise<Vector>;
  /**
   * The bare call that a stopwatch times: x itself is handed in, nothing is checked. One that takes
   * numbers is called for each, and fills `out`.
   */
  call(x: Vector, out: Vector): unknown;
  /** Gives back what was opened for it. */
  dispose(): Promise<void>;
}

const CLASSES = { f16: "Float16Array", f32: "Float32Array", f64: "Float64Array" } as const;

/** Few bits, and both signs: an implementation that knows no subnormals and no tails passes. */
const PROBE = [-8, -2.5, -1, -0.125, 0, 0.375, 1, 2.5, 8];

/**
 * Tries an implementation, and makes of it a function from array to array.
 *
 * Whether it takes arrays or numbers is found by calling it, on an array first.
 *
 * @param name as every error and figure says it
 * @throws {TypeError} it is nothing that could be called; the module has no such export
 * @throws {ImplementationError} it cannot be opened, throws, returns another length or type, is NaN
 *   everywhere, or its promise does not settle in time
 *
 * @example
 * ```ts ignore
 * await using mine = await adapt("mine", (x: number) => Math.log(1 + Math.exp(x)));
 * await mine.apply(Float32Array.of(-1, 0, 1)); // mine.takes is "numbers"
 * ```
 */
export async function adapt(
  name: string,
  implementation: Implementation,
  options: AdaptOptions = {},
): Promise<Adapted> {
  checkImplementation(name, implementation);
  const { dtype = "f32", timeout = 10_000, precision, reference, probe = PROBE } = options;
  if (!(timeout > 0)) throw new RangeError(`timeout must be positive milliseconds, got ${timeout}`);
  checkDtype(dtype);
  const use = { of: reference?.name ?? "", dtype, ...(precision ? { precision } : {}) };
  const opened = await withTime(name, timeout, openOf(name, implementation, use));
  const f = precision === undefined
    ? opened.apply
    : (x: Vector | number) => opened.apply(x, { precision });
  const dispose = async () => await opened.dispose?.();
  try {
    const caller = new Caller(name, f, dtype, timeout);
    const x = arrayOf(dtype, probe);
    const isAsync = await caller.recognise(x);
    const adapted: Adapted = {
      ...describedAs(name, opened.kind ? opened : implementation),
      dtype,
      takes: caller.takes,
      isAsync,
      apply: (x, out = arrayOfLength(dtype, x.length)) => caller.apply(x, out),
      call: caller.takes === "arrays" ? (x) => f(x) : (x, out) => eachOf(f, x, out, isAsync),
      dispose,
      [Symbol.asyncDispose]: dispose,
    };
    refuseNaNs(name, x, await adapted.apply(x), reference);
    return adapted;
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** Opens, imports, or takes as it is. */
async function openOf(
  name: string,
  implementation: Implementation,
  use: { of: string; dtype: Format; precision?: Precision },
): Promise<Named> {
  if (isOpenable(implementation)) {
    const opened = await implementation.open(use);
    if (isGap(opened)) throw new ImplementationError(name, opened.gap);
    return opened;
  }
  if (isNamed(implementation)) return implementation;
  if (!isExported(implementation)) return { apply: implementation };
  const { module, name: key } = implementation;
  let found: Record<string, unknown>;
  try {
    found = await import(new URL(module).href);
  } catch (error) {
    throw new ImplementationError(name, `cannot import ${module}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  const apply = found[key];
  if (typeof apply === "function") return { apply: apply as OwnFunction };
  const functions = Object.keys(found).filter((one) => typeof found[one] === "function");
  throw new TypeError(
    `${name}: ${module} exports no function ${key}; it has ${functions.join(", ") || "none"}`,
  );
}

/** Calls an implementation, and checks what comes back. */
class Caller {
  takes: "arrays" | "numbers" = "arrays";

  constructor(
    readonly name: string,
    readonly f: OwnFunction,
    readonly dtype: Format,
    readonly timeout: number,
  ) {}

  /** Finds out what it takes; whether it returns promises is the result. */
  async recognise(x: Vector): Promise<boolean> {
    const copy = x.slice() as Vector;
    let result: unknown;
    let threw: unknown;
    try {
      result = this.f(copy);
    } catch (error) {
      threw = error;
    }
    const isAsync = isPromise(result);
    if (isAsync) {
      try {
        result = await withTime(this.name, this.timeout, result as Promise<unknown>);
      } catch (error) {
        if (error instanceof TimeOut) throw error;
        threw = error;
      }
    }
    // x <= 20 ? f(x) : x hands the array back as it came, for [..] <= 20 is false.
    const untouched = result === copy && copy.every((v, i) => Object.is(v, x[i]));
    const isArray = threw === undefined && typeof result === "object" && result !== null;
    if (isArray && !untouched) return isAsync;
    const one = await this.#tryNumber(x[0]!);
    if (one !== undefined) {
      this.takes = "numbers";
      return one.isAsync;
    }
    if (threw === undefined) return isAsync; // whatever is wrong with the result, apply says
    throw this.#failure(`threw on a ${CLASSES[this.dtype]}: ${reasonOf(threw)}`, threw);
  }

  async #tryNumber(x: number): Promise<{ isAsync: boolean } | undefined> {
    try {
      const result = this.f(x);
      const isAsync = isPromise(result);
      const settled = isAsync
        ? await withTime(this.name, this.timeout, result as Promise<unknown>)
        : result;
      return typeof settled === "number" ? { isAsync } : undefined;
    } catch (error) {
      if (error instanceof TimeOut) throw error;
      return undefined;
    }
  }

  apply(x: Vector, out: Vector): Vector | Promise<Vector> {
    let result: unknown;
    try {
      result = this.takes === "arrays"
        ? this.f(x.slice())
        : eachOf(this.f, x, out, false, (at, got) => this.#checkNumber(x[at]!, got));
    } catch (error) {
      throw this.#wrapped(error);
    }
    if (!isPromise(result)) return this.#take(result, x.length, out);
    return withTime(this.name, this.timeout, result as Promise<unknown>)
      .catch((error) => {
        throw this.#wrapped(error);
      })
      .then((settled) => this.#take(settled, x.length, out));
  }

  #take(result: unknown, length: number, out: Vector): Vector {
    if (result === out) return out;
    const type = arrayType(result);
    if (type !== CLASSES[this.dtype]) {
      throw this.#failure(`returned ${describeOther(result)} for a ${CLASSES[this.dtype]}`);
    }
    const vector = result as Vector;
    if (vector.length !== length) {
      throw this.#failure(`returned ${vector.length} results for ${length} numbers`);
    }
    out.set(vector as Float32Array);
    return out;
  }

  #checkNumber(x: number, got: unknown): void {
    if (typeof got === "number") return;
    throw this.#failure(`returned ${describeOther(got)} for the number ${x}`);
  }

  #wrapped(error: unknown): Error {
    if (error instanceof ImplementationError) return error;
    return this.#failure(`threw ${reasonOf(error)}`, error);
  }

  #failure(what: string, cause?: unknown): ImplementationError {
    return new ImplementationError(this.name, what, { cause });
  }
}

/** Calls a function of numbers at each; the results go to `out`, by promises where it returns them. */
function eachOf(
  f: OwnFunction,
  x: Vector,
  out: Vector,
  isAsync: boolean,
  check?: (at: number, got: unknown) => void,
): Vector | Promise<Vector> {
  const length = x.length;
  for (let i = 0; i < length && !isAsync; i++) {
    const got = f(x[i]);
    if (typeof got === "number") out[i] = got;
    else if (isPromise(got)) isAsync = true;
    else check?.(i, got);
  }
  if (!isAsync) return out;
  return Promise.all(Array.from(x, (v) => f(v))).then((all) => {
    all.forEach((got, i) => {
      check?.(i, got);
      out[i] = got as number;
    });
    return out;
  });
}

function refuseNaNs(name: string, x: Vector, got: Vector, reference?: Reference): void {
  if (reference === undefined || !got.every(Number.isNaN)) return;
  const at = x.findIndex((v) => !Number.isNaN(reference.exact(v, formatOf(x))));
  if (at < 0) return;
  const want = reference.exact(x[at]!, formatOf(x));
  throw new ImplementationError(
    name,
    `NaN at all ${x.length} inputs tried, where ${reference.name}(${x[at]}) is ${want}`,
  );
}

function isPromise(value: unknown): boolean {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === "function";
}

/** A promise that did not settle in time. */
class TimeOut extends ImplementationError {}

/** A promise, or an error when it takes too long. */
async function withTime<T>(name: string, timeout: number, promise: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() =>
      reject(
        new TimeOut(
          name,
          `no answer in ${timeout} ms: its promise does not settle; timeout sets how long to wait`,
        ),
      ), timeout);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
