/** A function that a module exports is certified on several threads: the same result, and no thread left. */
import assert from "node:assert/strict";
import { certify } from "../../lab/certify/certify.ts";
import { ImplementationError } from "../../lab/implementation.ts";

const PLANTED = Math.fround(1.2555555);

const MODULE = `
export const stable = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
export const faulty = (x: number): number => stable(x) * (x === ${PLANTED} ? 1 + 2 ** -22 : 1);
export const stairs = (x: Float32Array): Float32Array => x.map((v) => v < 2 ? 3 : 2.5);
export const late = (x: number): number => {
  if (x > 3.9) throw new Error("too much");
  return stable(x);
};
export const endless = (x: Float32Array): Promise<Float32Array> =>
  x[0]! > 1 && x.length > 9 ? new Promise(() => {}) : Promise.resolve(x.map(stable));
`;

async function withModule(use: (module: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile({ prefix: "softplus-own-", suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, MODULE);
    await use(new URL(`file://${path}`).href);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("certify: on threads as on one, number for number", () =>
  withModule(async (module) => {
    const of = "softplus";
    for (const name of ["stable", "faulty"]) {
      const options = { of, quick: true, progress: false, between: [0.2, 9] } as const;
      const alone = await certify({ module, name }, { ...options, workers: 1 });
      const together = await certify({ module, name }, { ...options, workers: 3 });
      assert.ok(alone.inputs > 50_000);
      assert.equal(String(together), String(alone));
      assert.deepEqual(together.figure, alone.figure);
    }
    const options = { of, between: [1.25, 1.26], progress: false, workers: 2 } as const;
    const found = await certify({ module: new URL(module), name: "faulty" }, options);
    assert.equal(found.worst!.x.value, PLANTED);
  }));

Deno.test("certify: a step from a binade of one thread to that of another", () =>
  withModule(async (module) => {
    const between = [1.9999, 2.0001] as const;
    const options = { of: "softplus", between, progress: false, workers: 2 } as const;
    const found = await certify({ module, name: "stairs" }, options);
    assert.equal(found.stepsAgainstSlope, 1);
    assert.equal(found.firstStep!.after.x.value, 2);
  }));

Deno.test("certify: what goes wrong in a thread is told with its name; an interrupt ends it", () =>
  withModule(async (module) => {
    const options = { of: "softplus", between: [0.5, 4], quick: true, progress: false } as const;
    const workers = 2;
    await assert.rejects(
      certify({ module, name: "late" }, { ...options, workers }),
      (error) =>
        error instanceof ImplementationError && /^late: threw .*too much/.test(error.message),
    );
    await assert.rejects(
      certify({ module, name: "endless" }, { ...options, workers, timeout: 200 }),
      /^ImplementationError: endless: no answer in 200 ms/,
    );
    const stopper = new AbortController();
    const running = certify({ module, name: "endless" }, {
      ...options,
      workers,
      signal: stopper.signal,
    });
    setTimeout(() => stopper.abort(new Error("enough")), 300);
    await assert.rejects(running, /enough/);
    for (const wrong of [0, 1.5, NaN, "2"]) {
      await assert.rejects(
        certify({ module, name: "stable" }, { ...options, workers: wrong as number }),
        /RangeError: certify: workers must be a whole number from 1 on/,
      );
    }
  }));
