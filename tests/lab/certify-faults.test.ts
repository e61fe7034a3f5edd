/**
 * Planted faults: a copy of the kit with one small mistake, and `verify --quick` on the copy must
 * say which promise is broken.
 *
 * What a last place can do. A constant of the accurate phase that enters the argument reduction is
 * worth thousands of ULP in float64. The leading coefficient of a polynomial moves float64 results
 * by one rounding here and there, within the promise of 1 ULP: only the digest, the bits of the
 * certified results, sees it. A last place in the quick phase (2^-53 of the result) is made
 * good by the rounding test, whose slack is 2^-37: it moves no float32 result, so it is no fault
 * that a verification of results could find; the hash of the sources still does.
 */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** A change of a source file, and what the verification must say. */
interface Fault {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly args: readonly string[];
  readonly says: readonly RegExp[];
}

const faults: readonly Fault[] = [
  {
    what: "coefficient: last bit of the high part of ln2 in the accurate exp",
    file: "kernels/exp.ts",
    from: 'hex("0x1.62e42fefa3p-1")',
    to: 'hex("0x1.62e42fefa4p-1")',
    args: ["--function", "softplus,sigmoid"],
    says: [
      /scalar-exact: softplus f32: \d+ misrounded: x=0x/,
      /scalar-exact: sigmoid f64: error \S+ ULP, promised 1: x=0x/,
    ],
  },
  {
    what: "coefficient: last place of the leading coefficient of the accurate log1p",
    file: "kernels/log1p.ts",
    from: 'hex("0x1.5555555555556p-1")',
    to: 'hex("0x1.5555555555557p-1")',
    args: ["--function", "softplus"],
    says: [/scalar-exact: softplus f64: results are not those certified/],
  },
  {
    what: "coefficient: last place of the leading coefficient of the accurate exp",
    file: "kernels/exp.ts",
    from: 'hex("0x1.555555555553ep-3")',
    to: 'hex("0x1.555555555553fp-3")',
    args: ["--function", "sigmoid"],
    says: [/scalar-exact: sigmoid f64: results are not those certified/],
  },
  {
    what: "threshold: softplus(x) = x from one float too early on",
    file: "kernels/softplus.ts",
    from: "  const bounded = Math.max(x, -limit);",
    to: "  if (x >= 14.556090354919434) return x;\n  const bounded = Math.max(x, -limit);",
    args: ["--function", "softplus,logSigmoid", "--dtype", "f32"],
    says: [
      /scalar-exact: softplus f32: 1 misrounded: x=0x4168e5bf/,
      /scalar-exact: logSigmoid f32: 1 misrounded: x=0xc168e5bf/,
    ],
  },
  {
    what: "threshold: sigmoid(x) = 1 from one float too early on",
    file: "kernels/sigmoid.ts",
    from: "  const m = scaled(x);",
    to: "  if (x >= 17.328678131103516) return 1;\n  const m = scaled(x);",
    args: ["--function", "sigmoid", "--dtype", "f32"],
    says: [/scalar-exact: sigmoid f32: 1 misrounded: x=0x418aa122/],
  },
  {
    what: "threshold: the band of the rounding test ends at the middle",
    file: "kernels/undecided.ts",
    from: "near <= 0x20000",
    to: "near < 0x10000",
    args: ["--function", "softplus", "--precision", "exact", "--dtype", "f32"],
    says: [/scalar-exact: softplus f32: \d+ misrounded/],
  },
  {
    what: "special case: softplus(NaN) = 0",
    file: "kernels/softplus.ts",
    from: "const bounded = Math.max(x, -limit);",
    to: "const bounded = x > -limit ? x : -limit;",
    args: ["--function", "softplus", "--dtype", "f32"],
    says: [
      /scalar-fast: softplus f32: \d+ results break the rule "nan": x=0x7fc00001 got=0x00000000/,
    ],
  },
  {
    what: "special case: logSigmoid(+Infinity) = +0",
    file: "kernels/softplus.ts",
    from: "dst[i] = quick(beta * src[i]!) * inverse;",
    to: "dst[i] = Math.fround(quick(beta * src[i]!) * inverse) + 0;",
    args: ["--function", "logSigmoid", "--dtype", "f32"],
    says: [/scalar-fast: logSigmoid f32: \d+ results break the rule "zeroSign"/],
  },
  {
    what: "special case: float64 softplus(+Infinity) is finite",
    file: "kernels/softplus.ts",
    from: "x > limit ? x : y",
    to: "y",
    args: ["--function", "softplus", "--dtype", "f64"],
    says: [/scalar-exact: softplus f64: \d+ results break the rule "infinity"/],
  },
  {
    what: "parts: softplusWithGrad with another gradient where x < 0",
    file: "kernels/softplus_with_grad.ts",
    from: "return over[isNegative(x)]! / (below + above);",
    to: "return (below - isNegative(x) * (below - above)) / (below + above);",
    args: ["--function", "softplusWithGrad", "--dtype", "f32", "--precision", "exact"],
    says: [/scalar-exact: softplusWithGrad f32: \d+ results break the rule "parts"/],
  },
  {
    what: "parts: softplusWithGrad with another factor where beta is 3",
    file: "kernels/softplus_with_grad.ts",
    from: "half / (under + half)) * inverse;",
    to: "half / (under + half)) * (beta === 3 ? inverse * (1 + 2 ** -24) : inverse);",
    args: ["--function", "softplusWithGrad", "--dtype", "f32", "--precision", "fast"],
    says: [/scalar-fast: softplusWithGrad f32: \d+ results break the rule "parts": .* beta=3/],
  },
];

/** A copy of what verify needs; `change` edits one file of it. */
async function copyOfKit(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  const copy = async (path: string): Promise<void> => {
    const { isDirectory } = await Deno.stat(root + path);
    if (!isDirectory) return Deno.copyFile(root + path, `${folder}/${path}`);
    await Deno.mkdir(`${folder}/${path}`, { recursive: true });
    for await (const { name } of Deno.readDir(root + path)) await copy(`${path}/${name}`);
  };
  for (const path of ["kernels", "lab", "bench", "mod.ts", "deno.json", "deno.lock"]) {
    await copy(path);
  }
  return folder;
}

async function verifyQuick(folder: string, args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      `${folder}/bench/certify/verify.ts`,
      "--quick",
      "--engine",
      "scalar",
      ...args,
    ],
    cwd: folder,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  return { code, text: decoder.decode(stdout) + decoder.decode(stderr) };
}

Deno.test("verify --quick: holds on a true copy, and finds every planted fault", async (t) => {
  const folder = await copyOfKit();
  try {
    await t.step("nothing planted", async () => {
      const { code, text } = await verifyQuick(folder, []);
      assert.equal(code, 0, text);
      assert.doesNotMatch(text, /BROKEN|without a certificate/);
    });
    for (const { what, file, from, to, args, says } of faults) {
      await t.step(what, async () => {
        const path = `${folder}/${file}`;
        const source = await Deno.readTextFile(path);
        assert.ok(source.includes(from), `${file} has no ${from}`);
        await Deno.writeTextFile(path, source.replaceAll(from, to));
        try {
          const { code, text } = await verifyQuick(folder, args);
          for (const line of says) assert.match(text, line);
          assert.equal(code, 1, text);
        } finally {
          await Deno.writeTextFile(path, source);
        }
      });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
