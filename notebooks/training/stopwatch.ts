/** Where the time of a training goes: to matrix products, to the kit, or elsewhere. */
import type { Awaitable } from "./cpu_engine.ts";
import type { Place } from "./place.ts";

/** Seconds spent. */
export interface Spent {
  products: number;
  /** softplus, its backward pass, and the derivative of the loss. */
  kit: number;
}

/** The same place, with a clock around its methods; it tells something only of an immediate one. */
export function timed<A>(place: Place<A>): Place<A> & { readonly spent: Spent } {
  const spent: Spent = { products: 0, kit: 0 };
  const on = async (what: keyof Spent, work: () => Awaitable<A>): Promise<A> => {
    const began = performance.now();
    const result = await work();
    spent[what] += (performance.now() - began) / 1000;
    return result;
  };
  return {
    name: place.name,
    immediate: place.immediate,
    loss: place.loss,
    spent,
    put: (matrix) => place.put(matrix),
    read: (matrices) => place.read(matrices),
    release: (matrices) => place.release(matrices),
    adam: (...all) => place.adam(...all),
    product: (a, b, options) => on("products", () => place.product(a, b, options)),
    softplus: (z) => on("kit", () => place.softplus(z)),
    softplusBackward: (z, upstream) => on("kit", () => place.softplusBackward(z, upstream)),
    lossGradient: (z, y) => on("kit", () => place.lossGradient(z, y)),
  };
}
