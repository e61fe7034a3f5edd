/**
 * Types that compilers older than the newest can read, with whatever libraries a project has. What
 * each version knows, tried with the compilers themselves: 5.2 brought Disposable, 5.7 arrays that
 * name their buffer, as Float32Array<ArrayBuffer>, and 5.8 Float16Array.
 */

import ts from "typescript";

/** The oldest compiler that reads what is made here. */
export const LEAST_TYPESCRIPT = "5.0";

/** The first that knows arrays which name their buffer. */
export const BUFFERS_SINCE = "5.7";

/**
 * Float16Array as the compiler's own library has it, or no type at all: then nobody can have such an
 * array either. A type of the module hides the global one of this name, and adds nothing to it.
 */
const FLOAT16 = `/** Float16Array where the compiler's libraries have it; no value elsewhere. */
type Float16Array<Buffer extends ArrayBufferLike = ArrayBufferLike> =
    typeof globalThis extends {
        Float16Array: { readonly prototype: infer Any; new (length: number): infer Plain };
    } ? ArrayBufferLike extends Buffer ? Any : Plain : never;
/** Its constructor, likewise. */
type Float16ArrayConstructor =
    typeof globalThis extends { Float16Array: infer Constructor } ? Constructor : never;
`;

/** Puts its own Float16Array into declarations that name the global one. */
export function withFloat16(declarations: string): string {
  return /\bFloat16Array\b/.test(declarations) ? FLOAT16 + declarations : declarations;
}

/** What 5.0 and 5.1 lack; later ones join it with their own, which says the same. */
const DISPOSABLE = `declare global {
  interface SymbolConstructor {
    readonly dispose: unique symbol;
    readonly asyncDispose: unique symbol;
  }
  interface Disposable {
    [Symbol.dispose](): void;
  }
  interface AsyncDisposable {
    [Symbol.asyncDispose](): PromiseLike<void>;
  }
}
`;

/**
 * The same declarations for compilers before {@link BUFFERS_SINCE}, which know no Float16Array either.
 * Without the comments, so that a download does not carry them twice.
 */
export function forOlder(declarations: string): string {
  const text = declarations
    .replace(FLOAT16, "type Float16Array = never;\ntype Float16ArrayConstructor = never;\n")
    .replaceAll(/\b(Float(?:16|32|64)Array)<[\w |]+>/g, "$1");
  const file = ts.createSourceFile("a.d.ts", text, ts.ScriptTarget.ESNext);
  return DISPOSABLE + ts.createPrinter({ removeComments: true }).printFile(file);
}
