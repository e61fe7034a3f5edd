/**
 * The speed and memory that the WebAssembly engines are held to, line by line. Every line is
 * measured against others in the same rounds; what a line compares is named here, how it came out
 * is judged in `judge.ts`.
 */
import { kitIdentity } from "../peers/naming.ts";
import type { Case, Dtype, FunctionName } from "../plans/cases.ts";

/** A comparison of times in one case. */
export interface TimeLine {
  readonly kind: "faster" | "share" | "time";
  readonly title: string;
  readonly item: Case;
  /** Name of the implementation that is held to it. */
  readonly subject: string;
  /** Names of those it is compared with: the fastest of them counts. */
  readonly against: readonly string[];
  /**
   * faster: least time of the other over the subject's; share: most of the subject's over the
   * other's; time: most nanoseconds of a call.
   */
  readonly target: number;
}

/** Resident memory that calls take beyond their inputs and outputs. */
export interface MemoryLine {
  readonly kind: "memory";
  readonly title: string;
  readonly engine: string;
  /** Most MiB for each thread. */
  readonly target: number;
}

/** A line of the table. */
export type Line = TimeLine | MemoryLine;

/** Which engine takes which part; `scalar` for both shows how the lines work without the others. */
export interface Engines {
  readonly single: string;
  readonly pool: string;
}

const NUMPY_STABLE = ["NumPy stable", "NumPy stable, out"];
const TORCH = ["PyTorch, out, 1 thread"];
const TORCH_ANY = ["PyTorch, 1 thread", ...TORCH];
const SMALL_CALL = [
  ...["NumPy naive", "NumPy naive, out", ...NUMPY_STABLE],
  ...["NumPy logaddexp", "NumPy logaddexp, out", "Numba njit", "Numba njit, out", ...TORCH_ANY],
];
const WEB = ["tfjs cpu", "tfjs wasm", "ORT web"];

const CASE = {
  softplus: of("softplus", "f32", 1000),
  sigmoid: of("sigmoid", "f32", 1000),
  small: of("softplus", "f32", 10),
  double: of("softplus", "f64", 1000),
  both: of("softplusWithGrad", "f32", 1000),
  large: of("softplus", "f32", 2000),
} as const;

function of(fn: FunctionName, dtype: Dtype, rows: number): Case {
  return { fn, dtype, distribution: "normal", rows, columns: rows };
}

/** The rows of an engine, by their names. */
const given = (engine: string, precision: string) => kitIdentity(engine, precision).name;
const own = (engine: string, precision: string) => kitIdentity(engine, precision, "own").name;
const twoCalls = (engine: string, precision: string) =>
  kitIdentity(engine, precision, "given", 2).name;

/** A line about being so many times faster than the best of others. */
function faster(
  title: string,
  item: Case,
  subject: string,
  against: readonly string[],
  target: number,
): TimeLine {
  return { kind: "faster", title, item, subject, against, target };
}

/**
 * The table. 1e6 elements of normal(0, 4), output array given, unless a line says otherwise. Where
 * copies of plain arrays are a good part of a call, a second line has arrays of the engine's `alloc`
 * on both sides of the kit.
 */
export function targetLines(engines: Engines): Line[] {
  return [
    ...againstPeers(engines),
    ...onThreads(engines),
    ...smallCalls(engines),
    ...inFloat64(engines),
    ...bothResults(engines),
    ...memory(engines),
  ];
}

function againstPeers({ single }: Engines): Line[] {
  const { softplus, sigmoid } = CASE;
  const [fast, exact] = [given(single, "fast"), given(single, "exact")];
  const inOwn = own(single, "fast");
  const native = ["ORT node, 1 thread"];
  return [
    faster("softplus fast against PyTorch, one thread", softplus, fast, TORCH, 2),
    faster("sigmoid fast against PyTorch, one thread", sigmoid, fast, TORCH, 1.2),
    faster("the same, arrays of alloc", sigmoid, inOwn, TORCH, 1.2),
    faster("softplus exact against PyTorch, one thread", softplus, exact, TORCH, 0.8),
    faster("softplus exact against ONNX Runtime (node), one thread", softplus, exact, native, 4),
    faster("softplus fast against the best of tfjs and ORT web", softplus, fast, WEB, 8),
    faster("sigmoid fast against the best of tfjs and ORT web", sigmoid, fast, WEB, 2),
    faster("the same, arrays of alloc", sigmoid, inOwn, WEB, 2),
  ];
}

function onThreads({ single, pool }: Engines): Line[] {
  const { large } = CASE;
  return (["fast", "exact"] as const).flatMap((precision) => {
    const title = `softplus ${precision} on two threads against one, 4e6 elements`;
    const [two, one] = [given(pool, precision), given(single, precision)];
    return [
      faster(title, large, two, [one], 1.8),
      faster(
        "the same, arrays of alloc",
        large,
        own(pool, precision),
        [own(single, precision)],
        1.8,
      ),
    ];
  });
}

function smallCalls({ single }: Engines): Line[] {
  const { small } = CASE;
  const exact = given(single, "exact");
  const best = "softplus exact on 10 x 10 against the best of NumPy, Numba, PyTorch";
  const whole: TimeLine = {
    kind: "time",
    title: "softplus exact on 10 x 10, whole call, ns",
    item: small,
    subject: exact,
    against: [],
    target: 1000,
  };
  return [whole, faster(best, small, exact, SMALL_CALL, 1)];
}

function inFloat64({ single }: Engines): Line[] {
  const { double } = CASE;
  const exact = given(single, "exact");
  return [
    faster("softplus float64 against NumPy stable", double, exact, NUMPY_STABLE, 1),
    faster("the same, arrays of alloc", double, own(single, "exact"), NUMPY_STABLE, 1),
    faster("softplus float64 against PyTorch, one thread", double, exact, TORCH, 1),
  ];
}

function bothResults({ single }: Engines): Line[] {
  return (["fast", "exact"] as const).map((precision): Line => ({
    kind: "share",
    title: `softplusWithGrad ${precision} against softplus + sigmoid`,
    item: CASE.both,
    subject: given(single, precision),
    target: 0.65,
    against: [twoCalls(single, precision)],
  }));
}

function memory({ single, pool }: Engines): Line[] {
  return [...new Set([single, pool])].map((engine): Line => ({
    kind: "memory",
    title: `memory beyond input and output, ${engine}, MiB a thread`,
    engine,
    target: 4,
  }));
}
