/* The WebAssembly module: every kernel on ranges. */
import { madd, madd32 } from "./lanes.simd";

export {
  sigmoidBackward32,
  sigmoidBackward32Fast,
  sigmoidGrad32Beta,
  sigmoidGrad32Fast,
  softplusBackward32,
  softplusBackward32Fast,
} from "./backward.simd";
export { sigmoidBackward64, sigmoidGrad64, softplusBackward64 } from "./backward64.simd";
export { sigmoid32, sigmoid32Beta, sigmoid32Fast, sigmoid64 } from "./sigmoid.simd";
export { sigmoidGrad32 } from "./sigmoid_grad.simd";
export { softplus32, softplus32Beta, softplus32Fast } from "./softplus.simd";
export { softplus64 } from "./softplus64.simd";
export {
  softplusWithGrad32,
  softplusWithGrad32Beta,
  softplusWithGrad32Fast,
} from "./softplus_with_grad.simd";
export { softplusWithGrad64 } from "./softplus_with_grad64.simd";

/** Is relaxed madd fused here? (1 + u)^2 - (1 + 2u) is u^2 if so, and 0 if u^2 was rounded away. */
export function isFused(): bool {
  const a = f32x4.splat(load<f32>(quad("0x1.001p+0"))); // u = 2^-12
  const b = f32x4.splat(load<f32>(quad("-0x1.002p+0")));
  const c = f64x2.splat(load<f64>(pair("0x1.0000002p+0"))); // u = 2^-27
  const d = f64x2.splat(load<f64>(pair("-0x1.0000004p+0")));
  return f32x4.extract_lane(madd32(a, a, b), 0) != 0 && f64x2.extract_lane(madd(c, c, d), 0) != 0;
}
