/* The prepared lane functions, read from library.ts when they are first asked for. */
import { library } from "./library.ts";

/** An operand: a parameter or an earlier step by its place, or the bits of a constant's lane. */
export type Operand = number | string;

/** An instruction or a lane function with its operands. */
export interface Line {
  readonly name: string;
  readonly operands: readonly Operand[];
  /** Shifts and the lanes of a shuffle. */
  readonly immediates: readonly number[];
}

/** A lane function; the last line is its result. */
export interface Definition {
  readonly parameters: number;
  readonly lines: readonly Line[];
}

const texts = new Map(library.map((line): [string, string] => {
  const end = line.indexOf(" ");
  return [line.slice(0, end), line.slice(end + 1)];
}));

const known = new Map<string, Definition>();

/** A lane function by its name, in the form for relaxed madd that rounds once, or in the other. */
export function definitionOf(name: string, fused: boolean): Definition {
  const full = texts.has(name) ? name : `${name}${fused ? "+" : "-"}`;
  let definition = known.get(full);
  if (definition === undefined) {
    const text = texts.get(full);
    if (text === undefined) throw new Error(`there is no lane function ${name}`);
    known.set(full, definition = read(text));
  }
  return definition;
}

function read(text: string): Definition {
  const end = text.indexOf(" ");
  const lines = text.slice(end + 1).split(";").map((line): Line => {
    const [name, ...rest] = line.split(" ") as [string, ...string[]];
    return {
      name,
      operands: rest.filter((one) => !one.startsWith("!"))
        .map((one) => one.startsWith("#") ? one.slice(1) : Number(one)),
      immediates: rest.filter((one) => one.startsWith("!")).map((one) => Number(one.slice(1))),
    };
  });
  return { parameters: Number(text.slice(0, end)), lines };
}
