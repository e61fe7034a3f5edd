/** Which rows of the comparison are one contender: they compute the same bits. */

/** Engines that compute the same bits; their rows are one contender. */
const ONE_NAME: Readonly<Record<string, string>> = {
  "wasm exact": "softplus-kit exact",
  "threads exact": "softplus-kit exact",
  "wasm fast": "softplus-kit fast",
  "threads fast": "softplus-kit fast",
  "scalar exact": "softplus-kit scalar, exact",
  "scalar fast": "softplus-kit scalar, fast",
};

/** The name of a row without how it was called: memory and threads. */
export function contenderOf(implementation: string): string {
  const [formula = ""] = implementation.split(", ");
  return ONE_NAME[formula] ?? formula;
}
