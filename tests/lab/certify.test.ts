/**
 * The verification itself: that it sees what it should see. Its arguments, its judgement of single
 * results, its slices, the hash of sources; and the references, measured against MPFR.
 */
import assert from "node:assert/strict";
import { wasm, type WithGrad } from "../../kernels/engines/mod.ts";
import hardCases from "../../lab/certify/hard-cases.json" with { type: "json" };
import type { Methods } from "../support/engines.ts";
import { judgeEach } from "../../lab/certify/parts.ts";
import { fileURLToPath } from "node:url";
import { bitsOf, fromBits, step } from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";
import { join, problemsOf } from "../../lab/certify/join.ts";
import { OptionError, readOptions, USAGE } from "../../bench/certify/options.ts";
import { PAIR_BOUND } from "../../lab/oracle/double_double.ts";
import { provePairs, proveSlice, sumUp } from "../../lab/certify/screen_proof.ts";
import { makeReference, refer, SCREEN_BOUND } from "../../lab/oracle/screen.ts";
import { mirrored, quickBits, SLICE_SIZE, SLICES } from "../../lab/certify/slices.ts";
import { read, sourcesOf } from "../../lab/certify/sources.ts";
import { subjects } from "../../bench/certify/subjects.ts";
import { errorOfRounding, Tally } from "../../lab/certify/tally.ts";

Deno.test("verify: a wrong argument is named, with what it may be", () => {
  const wrong: [string[], RegExp][] = [
    [["--engine", "nosuch"], /--engine must be one of scalar.*, got "nosuch"/],
    [["--function=tanh"], /--function must be one of softplus, .*, got "tanh"/],
    [["--precision", "exact,loose"], /--precision must be one of exact, fast, got "loose"/],
    [["--dtype", "f16"], /--dtype must be one of f32, f64, got "f16"/],
    [["--quick=yes"], /'--quick' does not take an argument/],
    [["--engine"], /'--engine <value>' argument missing/],
    [["--engine", "--quick"], /'--engine' argument is ambiguous/],
    [["--engine="], /--engine needs a value/],
    [["--workers", "0"], /--workers must be a whole number/],
    [["--nosuch", "1"], /Unknown option '--nosuch'/],
    [["quick"], /Unexpected argument 'quick'/],
    [["--quick", "--screen"], /--quick and --screen/],
    [["--precision", "fast", "--dtype", "f64"], /nothing fits --precision fast --dtype f64/],
  ];
  for (const [args, message] of wrong) {
    assert.throws(() => readOptions(args), { name: OptionError.name, message });
  }
});

Deno.test("verify: help names the engines, and every peer", () => {
  assert.equal(readOptions(["-h"]), "help");
  assert.match(USAGE, /--engine scalar\|wasm\|webgpu\|peers/);
  for (const { engine } of subjects) assert.ok(USAGE.includes(engine), engine);
});

Deno.test("verify: a folder that cannot be written is an error before the work", async () => {
  const file = await Deno.makeTempFile();
  try {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", fileURLToPath(new URL("../../bench/certify/verify.ts", import.meta.url))],
        ...["--engine", "scalar", "--cache", `${file}/cache`, "--certificates", `${file}/found`],
      ],
      stdin: "null",
    }).output();
    assert.equal(code, 2);
    assert.match(new TextDecoder().decode(stderr), /--certificates: cannot write to .*found/);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("verify: without arguments, every engine with every function", () => {
  const options = readOptions([]);
  assert.ok(options !== "help");
  const names = options.targets.map(({ subject, name, format }) => `${subject} ${name} ${format}`);
  assert.ok(names.includes("scalar-exact softplus f32"));
  assert.ok(names.includes("scalar-fast logSigmoid f32"));
  assert.ok(names.includes("scalar-exact softplusWithGrad f64"));
  assert.ok(!names.some((name) => name.startsWith("naive")), "peers run when asked for");
});

Deno.test("verify: 512 slices are all float32, and -x is in the mirrored slice", () => {
  assert.equal(SLICES * SLICE_SIZE, 2 ** 32);
  for (const x of [0, -0, 1e-40, -1, 88.5, -Infinity]) {
    const slice = Number(bitsOf(x, "f32") >> 23n);
    assert.equal(mirrored(slice), Number(bitsOf(-x, "f32") >> 23n));
  }
});

Deno.test("verify: the quick subset holds what is declared, each pattern once", () => {
  for (let slice = 0; slice < SLICES; slice++) {
    const bits = quickBits(slice);
    assert.equal(Math.floor(bits[0]! / SLICE_SIZE), slice);
    assert.equal(Math.floor(bits.at(-1)! / SLICE_SIZE), slice);
    let ascending = true;
    for (let i = 1; i < bits.length; i++) ascending &&= bits[i - 1]! < bits[i]!;
    assert.ok(ascending, `slice ${slice}`);
  }
  const must = [0, -0, NaN, Infinity, -Infinity, 2 ** -149, -(2 ** -126), 3 * 2 ** -24];
  for (const edge of [14.55609130859375, 17.32868003845215, -103.97208404541016]) {
    must.push(edge, step(edge, 1, "f32"), step(edge, -1, "f32"), -edge);
  }
  const patterns = must.map((x) => Number(bitsOf(x, "f32")));
  // Of softplus, sigmoid and sigmoidGrad; and mirrored, for logSigmoid.
  for (const bits of Object.values(hardCases.f32).flat().map(Number)) {
    patterns.push(bits, (bits ^ 0x80000000) >>> 0);
  }
  for (let bits = 0; bits < 2 ** 32; bits += 509 * 100_003) patterns.push(bits);
  for (const bits of patterns) {
    assert.ok(quickBits(Math.floor(bits / SLICE_SIZE)).includes(bits), bits.toString(16));
  }
});

Deno.test("verify: float32 screen within its bound, by MPFR, and its results correctly rounded", async () => {
  // A slice of the proof that `deno task verify --screen` makes over 1e7 inputs.
  const slices = [100, 110, 120, 125, 127, 129, 130, 131, 132, 133, 134, 383, 384, 386, 388, 389];
  const proofs = [];
  for (const slice of slices) proofs.push(await proveSlice(slice, 29, true));
  for (const name of ["softplus", "sigmoid"] as const) {
    const { inputs, worst, at } = sumUp(proofs.map((proof) => proof[name]));
    console.log(`${name}: 2^${Math.log2(worst).toFixed(2)} of ${inputs} inputs, at ${at}`);
    assert.ok(inputs > 5000, `${inputs} inputs`);
    assert.ok(worst > 2 ** -60, "a screen without any error would be a test of nothing");
    assert.ok(worst < SCREEN_BOUND / 2, `${name}: ${worst} at ${at}`);
  }
});

Deno.test("verify: float64 screen within its bound, by MPFR", () => {
  const proof = provePairs(7, 10);
  for (const name of ["softplus", "sigmoid"] as const) {
    const { inputs, worst, at } = proof[name];
    console.log(`${name}: 2^${Math.log2(worst).toFixed(2)} of ${inputs} inputs, at ${at}`);
    assert.ok(inputs > 3000, `${inputs} inputs`);
    assert.ok(worst > 2 ** -120 && worst < PAIR_BOUND / 2, `${name}: ${worst} at ${at}`);
  }
});

Deno.test("verify: near-ties of the reference go to MPFR", () => {
  // sigmoid at odd multiples of 2^-23: 1/2 + x/4 is a tie, -x^3/48 decides.
  const x = Float32Array.from({ length: 64 }, (_, i) => (2 * i + 1) * 2 ** -23)
    .filter((v) => v >= 2 ** -20 && v < 2 ** -19);
  const reference = makeReference(x.length);
  refer("sigmoid", x, -20, reference);
  assert.equal(reference.hard.length, x.length);
  x.forEach((v, i) => assert.equal(reference.want[i], exact("sigmoid", v, "f32")));
});

/** What a tally says about one float32 result of softplus. */
function judged(x: number, got: number): ReturnType<Tally["result"]> {
  const tally = new Tally("f32");
  const input = Float32Array.of(x);
  const reference = makeReference(1);
  const exponent = Number.isFinite(x) ? Math.floor(Math.log2(Math.abs(x) || 1e-40)) : 128;
  refer("softplus", input, Math.max(exponent, -127), reference);
  const rounding = errorOfRounding(reference.y, reference.want, reference.wantBits, 1);
  tally.compare(input, Float32Array.of(got), reference, rounding, 1);
  return tally.result(0);
}

Deno.test("verify: single results are judged as they should be", () => {
  const right = exact("softplus", 1.5, "f32");
  assert.equal(judged(1.5, right).misrounded, 0);
  for (const k of [-3, -1, 1, 2, 40]) {
    const got = step(right, k, "f32");
    const { misrounded, maxUlp, histogram, worst } = judged(1.5, got);
    assert.equal(misrounded, 1);
    assert.ok(Math.abs(maxUlp - ulpError("softplus", 1.5, got, "f32")) < 1e-7);
    assert.equal(histogram[0], 0);
    assert.equal(histogram.reduce((a, b) => a + b), 1);
    assert.equal(worst?.got, `0x${bitsOf(got, "f32").toString(16)}`);
  }
  assert.equal(judged(NaN, NaN).violations.nan.count, 0);
  assert.equal(judged(NaN, fromBits(0xffc12345n, "f32")).violations.nan.count, 0);
  assert.equal(judged(NaN, 0).violations.nan.count, 1);
  assert.equal(judged(1.5, NaN).violations.nan.count, 1);
  assert.equal(judged(1.5, Infinity).violations.infinity.count, 1);
  assert.equal(judged(Infinity, 746).violations.infinity.count, 1);
  assert.equal(judged(-Infinity, -0).violations.zeroSign.count, 1);
  assert.equal(judged(-200, -0).violations.zeroSign.count, 1);
  assert.equal(judged(-200, -0).misrounded, 0);
  assert.equal(judged(-90, 0).flushed, 1);
  assert.ok(judged(-90, 0).maxUlp > 1e5);
});

Deno.test("verify: problems name the broken promise and its witness", () => {
  const right = exact("softplus", 1.5, "f32");
  const joined = join([judged(1.5, step(right, 1, "f32"))], "softplus", "f32");
  const problems = problemsOf(joined, "softplus", "f32", 0.5).join("\n");
  assert.match(problems, /softplus f32: error .* ULP, promised 0.5: x=0x3fc00000 got=0x/);
  assert.match(problems, /1 misrounded/);
  assert.deepEqual(problemsOf(joined, "softplus", "f32", 2), []);
});

Deno.test("verify: the hash of sources sees code and not comments", async () => {
  const code = (text: string) => read("a.ts", text).code;
  const base = "export const a = /* one */ f(1); // here\n";
  assert.equal(code(base), code("/** Other. */\nexport const a =\n  f(1);"));
  assert.notEqual(code(base), code("export const a = f(2);"));
  assert.notEqual(code('const s = "a  b";'), code('const s = "a b";'));
  assert.notEqual(code("const r = /a b/;"), code("const r = /a  b/;"));
  assert.deepEqual(read("a.ts", 'import { b } from "./b.ts"; export * from "./c.ts";').imports, [
    "./b.ts",
    "./c.ts",
  ]);
  const { files } = await sourcesOf(["kernels/engines/scalar.ts"]);
  for (const file of ["exp", "log1p", "softplus", "sigmoid", "undecided", "arithmetic", "hex"]) {
    assert.ok(files.includes(`kernels/${file}.ts`), file);
  }
  assert.ok(!files.some((file) => file.includes("naive") || file.startsWith("tests/")));
  const bySign = await sourcesOf(["kernels/softplus*.ts"]);
  for (const file of ["softplus", "softplus_with_grad", "exp"]) {
    assert.ok(bySign.files.includes(`kernels/${file}.ts`), file);
  }
  await assert.rejects(sourcesOf(["kernels/nosuch*.ts"]), /no source matches/);
});

Deno.test("verify: the references import nothing from the kernels", async () => {
  for (const root of ["screen", "double_double"]) {
    const { files } = await sourcesOf([`lab/oracle/${root}.ts`], []);
    assert.ok(files.length >= 2, "the walk follows imports");
    assert.ok(!files.some((file) => file.startsWith("kernels/") || file === "mod.ts"), `${files}`);
  }
});

Deno.test("verify: parts on every float32: one wrong bit is found, and results that were not written", async () => {
  const x = new Float32Array([-90, -1, 0, 1, NaN, 40]);
  const outputs = Array.from({ length: 4 }, () => new Float32Array(x.length));
  const wrongOf = async (change: (value: Float32Array, grad: Float32Array) => void) => {
    const methods = {
      ...wasm,
      softplusWithGrad(x: Float32Array, { out }: { out: WithGrad<Float32Array> }) {
        wasm.softplusWithGrad(x, { out });
        change(out.value, out.grad);
        return out;
      },
    } as unknown as Methods;
    const tally = new Tally("f32");
    await judgeEach(tally, methods, x, "exact", outputs);
    return tally.result(0).violations.parts.count;
  };
  assert.equal(await wrongOf(() => {}), 0);
  assert.equal(await wrongOf((value) => void (value[1]! *= 1 + 2 ** -23)), 1);
  assert.equal(await wrongOf((_, grad) => void (grad[0] = 0)), 1);
  assert.equal(await wrongOf((value) => void value.fill(12345)), x.length);
  assert.equal(await wrongOf(() => {}), 0); // now the right results lie in the outputs
  const idle = { ...wasm, softplusWithGrad: (_: unknown, { out }: { out: unknown }) => out };
  const tally = new Tally("f32");
  await judgeEach(tally, idle as unknown as Methods, x, "exact", outputs);
  assert.equal(tally.result(0).violations.parts.count, 2 * x.length, "nothing was written");
});
