/** The source behind the door lab.ts: what a notebook imports. */
export { adapt, type Adapted, type AdaptOptions } from "./adapt.ts";
export { certify, type CertifyOptions } from "./certify/certify.ts";
export {
  type BitsAndValue,
  Certification,
  type CertificationData,
  type Counts,
  type Found,
  type WrongCount,
} from "./certify/certification.ts";
export { type ErrorOptions, errorOverX, errorPoints, type ErrorRange } from "./error_over_x.ts";
export type { ErrorPoint } from "./figures/curves.ts";
export type { Figure } from "./figures/types.ts";
export type { Format, Vector } from "./floats.ts";
export {
  type Answer,
  type Described,
  type Exported,
  type Gap,
  type Implementation,
  ImplementationError,
  type Named,
  type Openable,
  type OwnFunction,
  type Use,
} from "./implementation.ts";
export type { FloatArrayConstraints, FloatConstraints } from "./identities/arbitraries.ts";
export { floatArrays, floats } from "./identities/floats.ts";
export { type Counterexample, IdentityError } from "./identities/error.ts";
export {
  identities,
  type IdentitiesOptions,
  type IdentitiesResult,
} from "./identities/identities.ts";
export type { ExactFunction, KnownName, Of, Reference } from "./oracle/reference.ts";
export { referenceOf } from "./oracle/reference.ts";
export { PackageMissingError } from "./packages.ts";
export type { RaceOptions } from "./race/options.ts";
export { race } from "./race/race.ts";
export type { DistributionName } from "./race/distributions.ts";
export { type RacePair, RaceResult, type RaceRow } from "./race/result.ts";
export type { RenderOptions } from "./show/png.ts";
export { wgsl, WgslError, type WgslOptions } from "./wgsl.ts";
export { type AnyFigure, type MimeBundle, show, type Shown } from "./show/show.ts";
