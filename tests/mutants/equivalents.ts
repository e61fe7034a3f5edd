/** Faults that change nothing anybody can notice, so that nobody looks for their tests again. */
import type { Equivalent } from "./types.ts";

export const equivalents: readonly Equivalent[] = [
  {
    name: "the rounding test overlooks half of the subnormal binades",
    file: "kernels/undecided.ts",
    text: "= 0x38100000;",
    replacement: "= 0x38000000;",
    reason: "of all float32 from -104.5 to -87 none has another result",
  },
  {
    name: "ties of 1/2 + x/4 are left to the general path",
    file: "kernels/sigmoid.ts",
    text: "if (Math.abs(x) < 2 ** -10) {",
    replacement: "if (Math.abs(x) < 2 ** -100) {",
    reason: "of all multiples of 2^-24 up to 2^-9, which are the ties, none has another result",
  },
  {
    name: "a last tile keeps the numbers of the tile before",
    file: "kernels/engines/wasm/runner.ts",
    text: "if (padded > count) tile.fill(0, count, padded);",
    replacement: "",
    reason: "what comes of them is not copied out; they may cost a slow path",
  },
  {
    name: "long arrays get no view of their own",
    file: "kernels/engines/arrays.ts",
    text: "return lengthOf(array) < long ? array : viewOf(array);",
    replacement: "return array;",
    reason: "all members are taken through arrays.ts: speed alone",
  },
  {
    name: "arrays in one buffer take each other's place",
    file: "kernels/engines/webgpu/session.ts",
    text: "other.buffer === piece.buffer && other.offset === piece.offset",
    replacement: "other.buffer === piece.buffer",
    reason: "wrap takes a buffer from its start, so pieces of one number have one offset in it",
  },
  {
    name: "dispose does not wait for workers",
    file: "kernels/engines/threads/workers.ts",
    text: "if ([...this.#workers].every(({ hasLeft }) => hasLeft)) break;",
    replacement: "break;",
    reason:
      "a call waits for every piece under way, and dispose for the calls: nobody has one then",
  },
  {
    name: "HEAD has a body",
    file: "tools/serve/host.ts",
    text: 'request.method === "HEAD" ? null : body',
    replacement: "body",
    reason: "Deno.serve sends none for HEAD, whatever the response has",
  },
  {
    name: "the derivative's digits are not used",
    file: "kernels/backward.wgsl",
    text: "multiply(unpack(bits), normal(derivative))",
    replacement: "multiply(unpack(bits), derivative)",
    reason:
      "its leading bit is three places down at most: 2^-26 of the product, within the promise",
  },
];
