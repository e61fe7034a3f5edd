/**
 * What can be certified, and where it is found by name: in the list that a module provides. Workers load
 * that module, so that a certificate is of whatever somebody has.
 *
 * @module
 */
import type { Precision } from "../../kernels/bounds.ts";
import type { Gap } from "../implementation.ts";
import type { Methods } from "../methods.ts";
import { type Format, type FunctionName, isParts, type UnaryName } from "./types.ts";

/** An array of the format in, an array of the same length filled. */
export type Elementwise = (
  x: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
  out: Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer>,
) => unknown;

/** A subject that is there. */
export interface LoadedSubject {
  /** Version of the library. */
  readonly version: string;
  /** The exact call, as a reader would write it. */
  call(name: FunctionName): string;
  /** The GPU that it runs on, as that names itself. */
  readonly adapter?: string;
  /** The function of one argument, or undefined where the subject has none in the format. */
  unary(name: UnaryName, format: Format): Elementwise | undefined;
  /** The methods of an engine, for the functions that are made of others. */
  readonly methods?: Methods;
  /** Frees a device, workers, a process. */
  dispose?(): unknown;
}

/** One thing to verify. */
export interface Subject {
  /** Unique; the name of its certificates: engine, precision, build. */
  readonly id: string;
  readonly engine: string;
  /** "" or which of several builds of the engine. */
  readonly build: string;
  /** "" for peers, and for an engine whose precisions are one. */
  readonly precision: Precision | "";
  readonly kind: "kit" | "textbook" | "peer";
  readonly formats: readonly Format[];
  readonly functions: readonly FunctionName[];
  /** The promise; peers promise nothing. */
  readonly bound?: (name: UnaryName, format: Format) => number;
  /** The modules whose sources, with all that they import, the certificate is about. */
  readonly roots: readonly string[];
  /** The WebAssembly that it is about beside them. */
  readonly binary?: () => Uint8Array<ArrayBuffer>;
  /** A call costs much whatever its length: it gets long arrays. */
  readonly largeBlocks?: boolean;
  /** One worker alone uses it: it has a device of its own. */
  readonly alone?: boolean;
  /** softplusWithGrad goes ways of its own: it is compared with its parts on every float32. */
  readonly ownWithGrad?: boolean;
  /** Results depend on the machine, so nothing is compared with a certificate of another one. */
  readonly machineBound?: boolean;
  /** Only the quick subset is tried, because all float32 would take hours. */
  readonly subsetOnly?: boolean;
  /** Finds it, or says why it is not here. Called in each worker. */
  load(): Promise<LoadedSubject | Gap>;
}

let subjects: readonly Subject[] = [];

/** Makes a list the one in which subjects are found. */
export function provideSubjects(list: readonly Subject[]): void {
  subjects = list;
}

/** The subject with this name. */
export function subjectOf(id: string): Subject {
  const subject = subjects.find((one) => one.id === id);
  if (subject === undefined) throw new RangeError(`no subject is named ${id}`);
  return subject;
}

/** Whether a subject has a function in a format. */
export function covers(subject: Subject, name: FunctionName, format: Format): boolean {
  return subject.formats.includes(format) && subject.functions.includes(name) &&
    !(isParts(name) && subject.kind !== "kit");
}

/** Whether a function is compared with its parts on every float32. */
export function isWhole({ ownWithGrad }: Subject, name: FunctionName): boolean {
  return ownWithGrad === true && name === "softplusWithGrad";
}
