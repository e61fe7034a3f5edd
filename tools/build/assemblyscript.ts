/** Compiles kernels/*.simd.ts, with their constants written out, to WebAssembly. */

import { fileURLToPath } from "node:url";
import { main } from "assemblyscript/asc";
import { hex } from "../../kernels/hex.ts";
import { root } from "../process.ts";

/**
 * What the optimiser may do. Not among them: local-cse, which keeps every constant of a loop in a
 * variable that V8 then spills (softplus32: a quarter slower), and simplify-locals with tee, which
 * moves steps to their use past the order that the sources give.
 */
const passes = [
  "ssa-nomerge",
  "dce",
  "remove-unused-brs",
  "remove-unused-names",
  "precompute",
  "simplify-locals-notee-nostructure",
  "vacuum",
  "reorder-locals",
  "coalesce-locals",
  "simplify-locals-notee",
  "vacuum",
  "reorder-locals",
  "coalesce-locals",
  "merge-blocks",
  "remove-unused-names",
  "vacuum",
  "duplicate-function-elimination",
  "remove-unused-module-elements",
] as const;

/** Compiles one build of the kernels; `fused` uses relaxed SIMD. The bytes depend on the sources alone. */
export function compileKernels(options: {
  readonly fused: boolean;
  /** Where the sources are; the project's own unless told. */
  readonly folder?: URL;
}): Promise<Uint8Array> {
  const folder = options.folder ?? new URL("kernels/", root);
  return compile("kernel.simd.ts", folder, kernelOptions(options.fused));
}

function kernelOptions(fused: boolean): string[] {
  return [
    "--importMemory",
    "--initialMemory",
    "1",
    "--maximumMemory",
    "65536",
    "-O0",
    "--runPasses",
    passes.join(),
    "--enable",
    fused ? "simd,relaxed-simd" : "simd",
    "--use",
    `FUSED=${fused ? 1 : 0}`,
  ];
}

/**
 * Compiles one build of a text that imports lane functions from kernels/, as `./primitives/exp.simd`: what
 * the encoder of formulas is held to.
 */
export function compileText(
  text: string,
  options: { readonly fused: boolean },
): Promise<Uint8Array> {
  return compile("kernel.simd.ts", new URL("kernels/", root), kernelOptions(options.fused), text);
}

/** Compiles the module that unpacks the others, to few bytes. */
export function compileDecoder(): Promise<Uint8Array> {
  return compile("lzma.simd.ts", new URL("kernels/", root), [
    "--initialMemory",
    "8",
    "-Oz",
    "--converge",
  ]);
}

async function compile(
  entry: string,
  folder: URL,
  options: readonly string[],
  text?: string,
): Promise<Uint8Array> {
  let bytes = new Uint8Array();
  let complaints = "";
  const { error } = await main(
    [
      entry,
      "--outFile",
      "kernel.wasm",
      "--runtime",
      "stub",
      "--noAssert",
      ...options,
    ],
    {
      readFile: (name, base) =>
        name === entry && text !== undefined
          ? writeOutConstants(text)
          : readSource(new URL(name, folder), base),
      writeFile(name, contents) {
        if (name === "kernel.wasm" && typeof contents !== "string") bytes = contents.slice();
      },
      listFiles: () => [],
      stderr: { write: (text) => void (complaints += text) },
    },
  );
  if (error !== null || bytes.length === 0) {
    throw new Error(`assemblyscript: ${fileURLToPath(folder)}${entry}: ${error}\n${complaints}`);
  }
  return bytes;
}

async function readSource(file: URL, _base: string): Promise<string | null> {
  try {
    return writeOutConstants(writeOutBlocks(await Deno.readTextFile(file)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** What stands for how many vectors. */
const marks = [["$$", 4], ["$", 8]] as const;

/**
 * Consecutive statements with `$` are written out together, once for each of eight vectors, with 0
 * to 7 in its place: every step of the first vector, then every step of the second. That is the order
 * that V8 keeps, and the one that fills a processor best. Those with `$$` are written out for four.
 */
export function writeOutBlocks(source: string): string {
  const result: string[] = [];
  let block: string[] = [];
  let mark: (typeof marks)[number] | undefined;
  const finish = () => {
    for (let k = 0; mark !== undefined && k < mark[1]; k++) {
      result.push(...block.map((line) => line.replaceAll(mark![0], String(k))));
    }
    block = [];
    mark = undefined;
  };
  for (const line of source.split("\n")) {
    const isComment = /^\s*(\/\/|\*|\/\*)/.test(line);
    const found = isComment ? undefined : marks.find(([text]) => line.includes(text));
    if (found !== mark && !(isComment && block.length > 0)) finish();
    mark ??= found;
    if (found !== undefined) block.push(line);
    else if (block.length === 0) result.push(line);
  }
  finish();
  return result.join("\n");
}

/**
 * Puts numbers where the sources have hex("..."), quad("...") and pair("..."): a float64, and the
 * address of four float32 or two float64, 16-byte aligned.
 */
export function writeOutConstants(source: string): string {
  return source.replaceAll(
    /\b(hex|quad|pair)\("([^"]*)"\)/g,
    (_, kind: "hex" | "quad" | "pair", text: string) => {
      const value = hex(text);
      if (kind === "quad" && Math.fround(value) !== value) {
        throw new RangeError(`quad: ${text} is not a float32`);
      }
      const literal = Object.is(value, -0) ? "-0.0" : decimal(value);
      if (kind === "hex") return literal;
      const [type, count] = kind === "quad" ? ["f32", 4] as const : ["f64", 2] as const;
      return `memory.data<${type}>([${Array(count).fill(literal).join(", ")}], 16)`;
    },
  );
}

/** Decimal digits that read back to the same number, with a point. */
function decimal(value: number): string {
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}
