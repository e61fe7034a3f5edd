/*
 * The values of one pass through a kernel's loop: a graph in which equal values are one.
 *
 * Every value belongs to the group that was open when it was first needed. Between two groups stands a
 * fence: all vectors finish a group before any begins the next.
 */
import { definitionOf } from "./definitions.ts";
import { opcodes } from "./opcodes.ts";

/** One vector: what computes it, and what the code generator notes about it. */
export interface Value {
  readonly id: number;
  /** An instruction, "constant", "input" or "parameter". */
  readonly name: string;
  readonly operands: readonly Value[];
  readonly immediates: readonly number[];
  /** The bits of a constant's lane, in hexadecimal. */
  readonly bits: string;
  readonly group: number;
  uses: number;
  /** The last group that uses it. */
  lastGroup: number;
  /** The variable that holds it, once it is computed. */
  local: number | undefined;
}

/** Makes values, each once. */
export class Graph {
  /** The values of each group, in the order in which they were made. */
  readonly groups: Value[][] = [[]];
  private readonly values = new Map<string, Value>();

  constructor(private readonly fused: boolean) {}

  /** Begins a group. */
  fence(): void {
    this.groups.push([]);
  }

  /** A constant by the bits of a lane: 8 or 16 hexadecimal digits. */
  constant(bits: string): Value {
    return this.value("constant", [], [], bits);
  }

  /** Vector `vector` of an array, by the array's number. */
  input(array: number, vector: number): Value {
    return this.value("input", [], [array, vector]);
  }

  /** A scalar that every lane has. */
  parameter(place: number): Value {
    return this.value("parameter", [], [place]);
  }

  /** What an instruction or a lane function makes of its operands. */
  call(name: string, operands: readonly Value[], immediates: readonly number[] = []): Value {
    if (name === "same") return operands[0]!;
    if (name === "v128.shuffle.i64") {
      return this.value("i8x16.shuffle", operands, immediates.flatMap(bytesOfHalf));
    }
    if (opcodes[name] !== undefined) return this.value(name, operands, immediates);
    const { lines } = definitionOf(name, this.fused);
    const places = [...operands];
    for (const line of lines) {
      const taken = line.operands.map((one) =>
        typeof one === "string" ? this.constant(one) : places[one]!
      );
      places.push(this.call(line.name, taken, line.immediates));
    }
    return places.at(-1)!;
  }

  /** Notes that the group which is open now uses a value beyond the graph: stores it, or tests it. */
  keep(value: Value): void {
    value.uses++;
    value.lastGroup = Math.max(value.lastGroup, this.groups.length - 1);
  }

  private value(
    name: string,
    operands: readonly Value[],
    immediates: readonly number[],
    bits = "",
  ): Value {
    const key = `${name} ${operands.map(({ id }) => id)} ${immediates} ${bits}`;
    const known = this.values.get(key);
    if (known !== undefined) return known;
    const group = this.groups.length - 1;
    const id = this.values.size;
    const value = {
      id,
      name,
      operands,
      immediates,
      bits,
      group,
      uses: 0,
      lastGroup: group,
      local: undefined,
    };
    this.values.set(key, value);
    this.groups[group]!.push(value);
    for (const operand of operands) this.keep(operand);
    return value;
  }
}

/** The bytes of half a vector of the two that a shuffle takes. */
function bytesOfHalf(half: number): number[] {
  return Array.from({ length: 8 }, (_, byte) => 8 * half + byte);
}
