/** A row of the GPU benchmark: what is timed, and by which clock. */
import type { WebGpuEngine } from "../../kernels/engines/mod.ts";
import type { BoundedFunction } from "../../kernels/bounds.ts";
import type { Implementation } from "../peers/implementation.ts";
import type { Clock } from "../peers/naming.ts";
import type { GpuFunction, GpuInputs, GpuRunner } from "./functions.ts";

/** A row of this script. Its library is this project, or the GPU itself. */
export interface GpuImplementation extends Omit<Implementation, "load" | "bound"> {
  readonly clock: Clock;
  /** The max ULP that an engine promises; of the GPU's engine where it is left out. */
  bound?(fn: BoundedFunction): number;
  /** Whether it takes part in a function. */
  does(fn: GpuFunction): boolean;
  prepare(gpu: WebGpuEngine, inputs: GpuInputs): GpuRunner | Promise<GpuRunner>;
}
