/**
 * Where the correctly rounded functions change their nature; the oracle's test proves these.
 *
 * @module
 */

/** By format: softplus and sigmoid are 0 for x <= zero, subnormal up to `subnormal`; softplus = x from `identity` on, sigmoid = 1 from `one` on. */
export const BOUNDARIES = {
  f16: { zero: -17.34375, subnormal: -9.7109375, identity: 6.23828125, one: 8.3203125 },
  f32: {
    zero: -103.97208404541016,
    subnormal: -87.3365478515625,
    identity: 14.55609130859375,
    one: 17.32868003845215,
  },
  f64: {
    zero: -745.1332191019412,
    subnormal: -708.3964185322642,
    identity: 33.27106466687738,
    one: 37.42994775023705,
  },
} as const;
