/* The binary format of a WebAssembly module that imports a memory and exports functions. */

/** An unsigned number in LEB128. */
export function unsigned(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;;) {
    const low = rest & 0x7f;
    rest >>>= 7;
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** A signed number of 32 bits in LEB128. */
export function signed(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) {
      return [...bytes, low];
    }
    bytes.push(low | 0x80);
  }
}

/** The types of values. */
export const i32 = 0x7f;
export const f64 = 0x7c;
export const v128 = 0x7b;

/** A function: its parameters, further variables and code. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  /** How many of which type. */
  readonly locals: readonly (readonly [count: number, type: number])[];
  /** Without the final `end`. */
  readonly code: readonly number[];
}

/** A module of functions that give no results, with data at a fixed address. */
export function moduleOf(
  functions: readonly WasmFunction[],
  data: { readonly address: number; readonly bytes: Uint8Array },
  isShared: boolean,
): Uint8Array<ArrayBuffer> {
  const types = functions.map(({ parameters }) => [0x60, ...vector(parameters.map((t) => [t])), 0]);
  const memory = [
    ...text("env"),
    ...text("memory"),
    2,
    isShared ? 3 : 1,
    ...unsigned(1),
    ...unsigned(65536),
  ];
  const parts = [
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    section(1, vector(types)),
    section(2, vector([memory])),
    section(3, vector(functions.map((_, k) => unsigned(k)))),
    section(7, vector(functions.map(({ name }, k) => [...text(name), 0, ...unsigned(k)]))),
    section(10, vector(functions.map(body))),
    section(
      11,
      vector([[
        0,
        0x41,
        ...signed(data.address),
        0x0b,
        ...unsigned(data.bytes.length),
        ...data.bytes,
      ]]),
    ),
  ];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function body({ locals, code }: WasmFunction): number[] {
  const declared = vector(locals.map(([count, type]) => [...unsigned(count), type]));
  const size = unsigned(declared.length + code.length + 1);
  return size.concat(declared, code, 0x0b);
}

function vector(items: readonly (readonly number[])[]): number[] {
  return unsigned(items.length).concat(...items);
}

function section(id: number, content: readonly number[]): number[] {
  return [id].concat(unsigned(content.length), content);
}

function text(name: string): number[] {
  return vector(Array.from(name, (letter) => [letter.charCodeAt(0)]));
}
