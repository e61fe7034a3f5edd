/**
 * Checks the kit with TypeScript alone: the standard library, the DOM and WebGPU, and nothing of
 * Deno. What passes here leans on nothing that only Deno has.
 */

import { fileURLToPath } from "node:url";
import ts from "typescript";
import { root } from "../process.ts";

const options: ts.CompilerOptions = {
  noEmit: true,
  target: ts.ScriptTarget.ES2024,
  // `using` and Float16Array are standard, but younger than ES2024.
  lib: [
    "lib.es2024.d.ts",
    "lib.dom.d.ts",
    "lib.esnext.disposable.d.ts",
    "lib.es2025.float16.d.ts",
  ],
  types: [],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  declaration: true,
  isolatedDeclarations: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  exactOptionalPropertyTypes: true,
  // WebGPU's types repeat a few of the DOM's; what counts here are the kit's own files.
  skipLibCheck: true,
};

/** Returns the complaints, ready to be printed; empty if there are none. */
export function checkPlainTypescript(entry: URL = new URL("kernels/engines/mod.ts", root)): string {
  return complaints(entry, options);
}

/** The same for the demo page, which is JavaScript with types in its comments. */
export function checkDemoPage(): string {
  return complaints(new URL("notebooks/demo/demo.js", root), {
    ...options,
    allowJs: true,
    checkJs: true,
    declaration: false,
    isolatedDeclarations: false,
  });
}

function complaints(entry: URL, options: ts.CompilerOptions): string {
  const webgpu = fileURLToPath(new URL("dist/index.d.ts", import.meta.resolve("@webgpu/types")));
  const program = ts.createProgram([fileURLToPath(entry), webgpu], options);
  return ts.formatDiagnosticsWithColorAndContext(ts.getPreEmitDiagnostics(program), {
    getCanonicalFileName: (name) => name,
    getCurrentDirectory: () => fileURLToPath(root),
    getNewLine: () => "\n",
  });
}
