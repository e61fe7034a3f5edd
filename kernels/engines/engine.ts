/*
 * What every engine is: the same methods, made of one function that computes a checked call.
 */
import { isGone } from "./arrays.ts";
import { type Call, kernels, type MethodName, methodNames, methods } from "./methods.ts";
import { prepare, resultOf } from "./prepare.ts";
import { bare } from "./runtime.ts";
import type { AsyncEngine, Engine } from "./types.ts";

/** Computes a call. */
export type Run = (call: Call) => void;

/** Calls a method with its arguments; upstream is undefined where its kernel has one input. */
type Invoke = (
  method: MethodName,
  x: unknown,
  upstream: unknown,
  options: unknown,
) => unknown;

/** The methods of an engine; each hands its arguments on. */
export function methodsOf(invoke: Invoke): Record<MethodName, (...args: unknown[]) => unknown> {
  return Object.fromEntries(methodNames.map((method) => {
    const takesUpstream = kernels[methods[method].kernel].inputs === 2;
    const call = takesUpstream
      ? (x: unknown, upstream: unknown, options?: unknown) => invoke(method, x, upstream, options)
      : (x: unknown, options?: unknown) => invoke(method, x, undefined, options);
    return [method, Object.defineProperty(call, "name", bare({ value: method }))];
  })) as Record<MethodName, (...args: unknown[]) => unknown>;
}

/**
 * Makes an engine of a function that computes checked calls. Numbers go to `runNumber`, as arrays
 * of length one.
 */
export function syncEngine(name: string, run: Run, runNumber: Run = run): Engine {
  const invoke: Invoke = (method, x, upstream, options) => {
    const prepared = prepare(method, methods[method], x, upstream, options);
    (prepared.isNumber ? runNumber : run)(prepared.call);
    return resultOf(prepared);
  };
  return Object.freeze({ name, ...methodsOf(invoke) }) as unknown as Engine;
}

/**
 * Makes an engine of a function that promises to compute checked calls. Arguments are checked, and
 * overlapping inputs copied, before a method returns its promise.
 */
export function asyncEngine(
  name: string,
  run: (call: Call) => Promise<void>,
  runNumber: Run,
): AsyncEngine {
  const invoke: Invoke = async (method, x, upstream, options) => {
    const prepared = prepare(method, methods[method], x, upstream, options);
    if (prepared.isNumber) runNumber(prepared.call);
    else {
      try {
        await run(prepared.call);
      } catch (error) {
        throw lossOf(method, prepared.call, error) ?? error;
      }
    }
    return resultOf(prepared);
  };
  return Object.freeze({ name, ...methodsOf(invoke) }) as unknown as AsyncEngine;
}

/** What to say where a call failed because an array lost its memory meanwhile. */
function lossOf(method: string, { inputs, outputs }: Call, cause: unknown): Error | undefined {
  if (!(cause instanceof TypeError || cause instanceof RangeError)) return undefined;
  const names = [
    ...["x", "upstream"].slice(0, inputs.length),
    ...(outputs.length === 1 ? ["out"] : ["out.value", "out.grad"]),
  ];
  const gone = [...inputs, ...outputs].findIndex(isGone);
  if (gone < 0) return undefined;
  return new TypeError(
    `${method}: ${
      names[gone]
    } lost its memory during the call: it must keep it until the promise is settled`,
    { cause },
  );
}
