/*
 * The code of one kernel: a loop over blocks of elements.
 *
 *   kernel(inputs..., outputs..., begin, end, parameters...)
 *
 * Inputs and outputs are addresses, begin and end count elements and are multiples of 32, parameters
 * are float64. A pass loads some vectors of every input, goes through the steps group by group, and
 * stores. Between groups stands a fence, as in ../../../lanes.simd.ts: a store that constants, which are
 * loads, do not pass. Where a guard finds an element out of range, the block is left to the kernel in float64
 * lanes before anything is stored.
 */
import type { Guard, Lowered, Step } from "../../step.ts";
import { bitsOf, type Constants } from "./constants.ts";
import { Graph, type Value } from "./graph.ts";
import { f64, i32, signed, unsigned, v128, type WasmFunction } from "./module.ts";
import { opcodes } from "./opcodes.ts";

/** What surrounds a kernel. */
export interface Surroundings {
  readonly inputs: number;
  readonly parameters: number;
  readonly fused: boolean;
  readonly constants: Constants;
  /** The number of the function that takes blocks which a guard refuses. */
  readonly careful?: number;
}

/** How a guard tests: gathers the vectors, compares with the limit. */
const guards = {
  within: { prepare: "f32x4.abs", gather: "i32x4.max_s", compare: "i32x4.gt_s", limit: "42ae999a" },
  normal: { prepare: undefined, gather: "i32x4.max_u", compare: "i32x4.gt_u", limit: "7dffffff" },
} as const;

/** The bits of 2^-126, which "normal" subtracts. */
const leastNormal = "00800000";

/** Writes a kernel. */
export function kernelOf(name: string, lowered: Lowered, around: Surroundings): WasmFunction {
  return new Kernel(name, lowered, around).written();
}

class Kernel {
  private readonly graph: Graph;
  private readonly code: number[] = [];
  /** Vectors of an array in a pass, and of lanes: two for each of float32 that is computed as float64. */
  private readonly loads: number;
  private readonly width: number;
  private readonly shift: number;
  // Places of variables.
  private readonly outputs: number;
  private readonly begin: number;
  private readonly end: number;
  private readonly parameter: number;
  private readonly at: number;
  private readonly splat: number;
  private locals = 0;

  constructor(
    private readonly name: string,
    private readonly lowered: Lowered,
    private readonly around: Surroundings,
  ) {
    this.graph = new Graph(around.fused);
    const { lanes, elements } = lowered;
    this.width = 8;
    this.loads = lanes === elements ? 8 : 4;
    this.shift = elements === 64 ? 3 : 2;
    this.outputs = around.inputs;
    this.begin = this.outputs + lowered.outputs.length;
    this.end = this.begin + 1;
    this.parameter = this.end + 1;
    this.at = this.parameter + around.parameters;
    this.splat = this.at + 1;
  }

  written(): WasmFunction {
    const { results, tests } = this.build();
    this.prologue();
    this.out(0x02, 0x40, 0x03, 0x40); // block, loop
    this.out(0x20, this.at, 0x20, this.end, 0x4f, 0x0d, 1); // leave at the end
    if (this.around.careful !== undefined) this.out(0x02, 0x40);
    this.graph.groups.forEach((values, group) => {
      if (group > 0) this.fence();
      this.group(values, group);
      tests.forEach((test) => test.group === group && this.test(test));
    });
    this.store(results);
    this.advance();
    if (this.around.careful !== undefined) {
      this.out(0x0c, 1, 0x0b); // next pass; end of the block that guards leave
      this.leaveToCareful();
      this.advance();
    }
    this.out(0x0c, 0, 0x0b, 0x0b);
    const { parameters } = this.around;
    const addresses = this.parameter;
    return {
      name: this.name,
      parameters: [...Array(addresses).fill(i32), ...Array(parameters).fill(f64)],
      locals: [[1, i32], [parameters + this.locals, v128]],
      code: this.code,
    };
  }

  /** Makes the graph of all vectors; returns what to store and what to test. */
  private build(): { results: Value[][]; tests: { group: number; value: Value }[] } {
    const { lowered, graph, width } = this;
    const memos = Array.from({ length: width }, () => new Map<Step, Value>());
    const tests: { group: number; value: Value }[] = [];
    const guarded = new Map(lowered.guards.map((guard) => [guard.step, guard]));
    const steps = inOrder(lowered.outputs);
    if (lowered.guards.some(({ step }) => !steps.includes(step))) {
      throw new Error(`${this.name}: a guarded step leads to no output`);
    }
    const last = steps.findLast((step) => step.kind === "call");
    let waiting: Step[] = [];
    const flush = () => {
      for (let k = 0; k < width; k++) for (const step of waiting) this.make(step, k, memos[k]!);
      for (const step of waiting) {
        const guard = guarded.get(step);
        if (guard !== undefined) tests.push(this.testOf(guard, memos));
      }
      waiting = [];
    };
    for (const step of steps) {
      waiting.push(step);
      const isFence = (step.kind === "call" && step.fence) || guarded.has(step);
      if (!isFence || step === last) continue;
      flush();
      graph.fence();
    }
    flush();
    const results = lowered.outputs.map((step) =>
      this.resultOf(memos.map((memo) => memo.get(step)!))
    );
    results.flat().forEach((value) => graph.keep(value));
    return { results, tests };
  }

  /** Vector k of a step. */
  private make(step: Step, k: number, memo: Map<Step, Value>): void {
    const { graph } = this;
    const { lanes, elements } = this.lowered;
    if (step.kind === "number") memo.set(step, graph.constant(bitsOf(step.value, lanes)));
    else if (step.kind === "parameter") memo.set(step, graph.parameter(step.place));
    else if (step.kind === "call") {
      memo.set(step, graph.call(step.name, step.operands.map((one) => memo.get(one)!)));
    } else if (lanes === elements) memo.set(step, graph.input(step.place, k));
    else {
      const half = k % 2 === 0 ? "lanes.lowHalf" : "lanes.highHalf";
      memo.set(step, graph.call(half, [graph.input(step.place, k >> 1)]));
    }
  }

  private resultOf(values: readonly Value[]): Value[] {
    if (this.lowered.lanes === this.lowered.elements) return [...values];
    return Array.from(
      { length: this.loads },
      (_, k) => this.graph.call("lanes.narrow", [values[2 * k]!, values[2 * k + 1]!]),
    );
  }

  /** The vector that has a bit set where a guarded step is out of range, over all vectors. */
  private testOf(
    guard: Guard,
    memos: readonly Map<Step, Value>[],
  ): { group: number; value: Value } {
    const { graph } = this;
    const { prepare, gather, compare, limit } = guards[guard.kind];
    const prepared = memos.map((memo) => {
      const value = memo.get(guard.step)!;
      return prepare === undefined
        ? graph.call("i32x4.sub", [value, graph.constant(leastNormal)])
        : graph.call(prepare, [value]);
    });
    const gathered = prepared.reduce((sum, value) => graph.call(gather, [sum, value]));
    const value = graph.call(compare, [gathered, graph.constant(limit)]);
    graph.keep(value);
    return { group: graph.groups.length - 1, value };
  }

  private out(...bytes: number[]): void {
    for (const byte of bytes) this.code.push(byte);
  }

  private simd(name: string): void {
    this.out(0xfd, ...unsigned(opcodes[name]!));
  }

  /** Begin and end become offsets in bytes; parameters fill vectors. */
  private prologue(): void {
    this.out(0x20, this.begin, 0x41, this.shift, 0x74, 0x21, this.at);
    this.out(0x20, this.end, 0x41, this.shift, 0x74, 0x21, this.end);
    for (let k = 0; k < this.around.parameters; k++) {
      this.out(0x20, this.parameter + k);
      if (this.lowered.lanes === 32) this.out(0xb6); // f32.demote_f64
      this.simd(this.lowered.lanes === 32 ? "f32x4.splat" : "f64x2.splat");
      this.out(0x21, this.splat + k);
    }
  }

  private fence(): void {
    const place = [0x20, this.outputs, 0x20, this.at, 0x6a];
    this.out(...place, ...place, 0x28, 2, 0, 0x36, 2, 0); // i32.load, i32.store
  }

  /** Puts what a later group or two places need into variables; the rest is written where it is used. */
  private group(values: readonly Value[], group: number): void {
    for (const value of values) {
      if (value.name === "constant" || value.name === "parameter") continue;
      if (value.uses < 2 && value.lastGroup === group && value.name !== "input") continue;
      this.compute(value);
      value.local = this.splat + this.around.parameters + this.locals++;
      this.out(0x21, ...unsigned(value.local));
    }
  }

  /** Puts a value on the stack. */
  private push(value: Value): void {
    if (value.local !== undefined) this.out(0x20, ...unsigned(value.local));
    else this.compute(value);
  }

  private compute(value: Value): void {
    const { name, operands, immediates } = value;
    if (name === "constant") {
      const address = this.around.constants.addressOf(value.bits);
      this.out(0x41, 0, 0xfd, 0, 4, ...unsigned(address));
    } else if (name === "parameter") this.out(0x20, ...unsigned(this.splat + immediates[0]!));
    else if (name === "input") {
      this.out(
        0x20,
        immediates[0]!,
        0x20,
        this.at,
        0x6a,
        0xfd,
        0,
        4,
        ...unsigned(16 * immediates[1]!),
      );
    } else {
      for (const operand of operands) this.push(operand);
      if (name === "i8x16.shuffle") this.out(0xfd, opcodes[name]!, ...immediates);
      else {
        if (immediates.length > 0) this.out(0x41, ...signed(immediates[0]!));
        this.simd(name);
      }
    }
  }

  private test({ value }: { value: Value }): void {
    this.push(value);
    this.simd("v128.any_true");
    this.out(0x0d, 0);
  }

  private store(results: readonly Value[][]): void {
    results.forEach((values, output) =>
      values.forEach((value, k) => {
        this.out(0x20, this.outputs + output, 0x20, this.at, 0x6a);
        this.push(value);
        this.out(0xfd, opcodes["v128.store"]!, 4, ...unsigned(16 * k));
      })
    );
  }

  private advance(): void {
    this.out(0x20, this.at, 0x41, ...signed(16 * this.loads), 0x6a, 0x21, this.at);
  }

  private leaveToCareful(): void {
    for (let k = 0; k < this.begin; k++) this.out(0x20, k);
    this.out(0x20, this.at, 0x41, 2, 0x76, 0x20, this.at, 0x41, 2, 0x76, 0x41, 32, 0x6a);
    for (let k = 0; k < this.around.parameters; k++) this.out(0x20, this.parameter + k);
    this.out(0x10, this.around.careful!);
  }
}

/** Steps before those that use them. */
function inOrder(outputs: readonly Step[]): Step[] {
  const found = new Set<Step>();
  const visit = (step: Step): void => {
    if (found.has(step)) return;
    if (step.kind === "call") step.operands.forEach(visit);
    found.add(step);
  };
  outputs.forEach(visit);
  return [...found];
}
