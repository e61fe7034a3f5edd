/**
 * What the laboratory takes from npm: by version, and loaded when something first needs it. The npm
 * package of the kit has no dependency, so any of them may be missing where it is installed.
 */

/** Each package and its version; deno.json has the same. */
export const PACKAGES = {
  "@resvg/resvg-js": "2.6.2",
  "fast-check": "4.10.2",
  "gmp-wasm": "1.3.2",
  "jsdom": "26.1.0",
  "nodejs-polars": "0.25.2",
  "plotly.js-dist": "4.1.1",
} as const;

/** The name of one of them. */
export type PackageName = keyof typeof PACKAGES;

/**
 * Thrown where a package is not installed that something needs.
 *
 * @example
 * ```ts
 * import { PackageMissingError, race } from "@softplus/kit/lab";
 * import assert from "node:assert/strict";
 *
 * const found = await race({ exp: Math.exp }, { of: "softplus", sizes: [10], budgetSeconds: 0.01, progress: false });
 * try {
 *   assert.equal(found.frame.height, 1);
 * } catch (error) {
 *   if (!(error instanceof PackageMissingError)) throw error; // nodejs-polars is not installed
 * }
 * ```
 */
export class PackageMissingError extends Error {
  override readonly name = "PackageMissingError";
}

/**
 * Loads a package, or says what to install.
 *
 * @param purpose what needs it, such as "identities"
 * @param load its dynamic import, written out so that bundlers see it
 * @throws {PackageMissingError} it cannot be loaded
 */
export async function loadPackage<T>(
  name: PackageName,
  purpose: string,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new PackageMissingError(
      `${purpose} needs ${name}, which cannot be loaded; ` +
        `with npm: npm install ${name}@${PACKAGES[name]} (${reason})`,
      { cause },
    );
  }
}
