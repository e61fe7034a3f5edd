/**
 * Reads a hexadecimal float such as `0x1.62e42fefa39efp-1`, which JavaScript cannot write as a
 * literal. Kernel constants are given this way so that every bit is visible and can be compared
 * with the derivation scripts.
 *
 * @param text sign, `0x1.`, up to 13 hexadecimal digits, `p`, exponent
 * @returns the float64 with exactly these bits
 */
export function hex(text: string): number {
  const parts = /^(-?)0x1\.?([0-9a-f]*)p([+-]?\d+)$/.exec(text);
  if (parts === null) throw new SyntaxError(`hex: not a hexadecimal float: ${text}`);
  const [, sign, digits, exponent] = parts as unknown as [string, string, string, string];
  const magnitude = (1 + parseInt(digits.padEnd(13, "0"), 16) * 2 ** -52) * 2 ** Number(exponent);
  return sign === "-" ? -magnitude : magnitude;
}
