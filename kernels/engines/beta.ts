/* What the CPU engines make of a beta for float32. */

/**
 * A beta whose results are those of the given one, near enough 1 that products with float32 and with
 * e^-|beta x| stay normal in float64. Beyond 2^300, beta * x is 0 or out of every kernel's reach;
 * below 2^-300, 1 / beta is out of float32's, and beta * upstream rounds to 0.
 */
export function betaFor32(beta: number): number {
  const size = Math.min(Math.max(Math.abs(beta), 2 ** -300), 2 ** 300);
  return beta < 0 ? -size : size;
}
