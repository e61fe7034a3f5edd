/*
 * A formula in lanes: what lowering makes and emitters write out. Every decision about numbers is taken
 * here already; an emitter only copies.
 */

/** A value of a kernel. One that is used twice is one object. */
export type Step =
  | { readonly kind: "input"; readonly place: number }
  | { readonly kind: "parameter"; readonly place: number }
  | { readonly kind: "number"; readonly value: number }
  | {
    readonly kind: "call";
    /** An instruction or a lane function of kernels/primitives/. */
    readonly name: string;
    readonly operands: readonly Step[];
    /** Whether all vectors are to finish this step before any goes on: after a transcendental. */
    readonly fence: boolean;
  };

/** What a value, one that leads to an output, must keep to, or else its block is computed in float64 lanes. */
export interface Guard {
  /** "within": |value| <= 87.3; "normal": 2^-126 <= value < 2^126. NaN keeps to neither. */
  readonly kind: "within" | "normal";
  readonly step: Step;
}

/** A kernel: the lanes it computes in, the elements it reads and writes, its results. */
export interface Lowered {
  readonly lanes: 32 | 64;
  readonly elements: 32 | 64;
  readonly outputs: readonly Step[];
  readonly guards: readonly Guard[];
}
