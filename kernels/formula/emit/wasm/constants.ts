/* The constants of a module: loaded from fixed addresses, because a load is cheaper than a v128.const. */

/** Gives every constant a place of 16 bytes. */
export class Constants {
  private readonly places = new Map<string, number>();

  /** @param base where the first one lies: no two modules in a memory may share an address */
  constructor(readonly base: number) {}

  /** The address of a constant, by the bits of a lane in hexadecimal. */
  addressOf(bits: string): number {
    let place = this.places.get(bits);
    if (place === undefined) this.places.set(bits, place = this.places.size);
    return this.base + 16 * place;
  }

  /** What stands at `base`. */
  bytes(): Uint8Array {
    const bytes = new Uint8Array(16 * this.places.size);
    const view = new DataView(bytes.buffer);
    for (const [bits, place] of this.places) {
      const width = bits.length / 2;
      for (let at = 16 * place; at < 16 * place + 16; at += width) {
        if (width === 8) view.setBigUint64(at, BigInt(`0x${bits}`), true);
        else view.setUint32(at, parseInt(bits, 16), true);
      }
    }
    return bytes;
  }
}

const scratch = new DataView(new ArrayBuffer(8));

/** The bits of a number as float64 or float32, in hexadecimal. */
export function bitsOf(value: number, width: 32 | 64): string {
  if (width === 64) {
    scratch.setFloat64(0, value);
    return scratch.getBigUint64(0).toString(16).padStart(16, "0");
  }
  scratch.setFloat32(0, value);
  return scratch.getUint32(0).toString(16).padStart(8, "0");
}
