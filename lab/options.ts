/** Options of the laboratory's calls: what does not exist is refused, not ignored. */
import { describeOther } from "../kernels/engines/describe.ts";

/**
 * Holds options to the names that there are.
 *
 * @throws {TypeError} they are no object, or one does not exist
 */
export function checkOptions(call: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== "object" || options === null) {
    throw new TypeError(`${call}: options must be an object, got ${describeOther(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    throw new TypeError(
      `${call}: no option ${JSON.stringify(name)}; there are ${names.join(", ")}`,
    );
  }
}
