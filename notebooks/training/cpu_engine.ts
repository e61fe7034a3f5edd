/** What training asks of an engine on the CPU. */
import type { Matrix, Precision } from "../../kernels/engines/mod.ts";

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** An engine of the kit on the CPU, as far as training uses it: scalar, wasm, or threads(). */
export interface CpuEngine {
  readonly name: string;
  softplus<T extends Matrix>(z: T, options?: { precision?: Precision }): Awaitable<T>;
  sigmoid<T extends Matrix>(z: T, options?: { precision?: Precision }): Awaitable<T>;
  softplusBackward<T extends Matrix>(
    z: T,
    upstream: T,
    options?: { precision?: Precision },
  ): Awaitable<T>;
}
