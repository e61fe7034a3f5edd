/**
 * A function of the user's own as what is certified. Workers load this module by an address that says
 * which one: `own.ts?module=file:///home/ada/mine.ts&name=mine&of=softplus&formats=f32`.
 *
 * @module
 */
import { adapt, type Adapted } from "../../lab/adapt.ts";
import { slug } from "../../lab/certify/certificate.ts";
import { type LoadedSubject, provideSubjects, type Subject } from "../../lab/certify/subject.ts";
import { type Format, UNARY, type UnaryName } from "../../lab/certify/types.ts";

/** A function that a module exports, and what it stands for. */
export interface Own {
  /** The module's address. */
  readonly module: string;
  /** Under which it is exported. */
  readonly name: string;
  readonly of: UnaryName;
  /** The element types in which it is tried; it must take these. */
  readonly formats: readonly Format[];
}

/** The address of this module that workers load for a function. */
export function addressOf({ module, name, of, formats }: Own): string {
  const url = new URL(import.meta.url);
  url.search = new URLSearchParams({ module, name, of, formats: formats.join(",") }).toString();
  return url.href;
}

/** A function of the user's own as a subject; it promises nothing. */
export function subjectOfOwn({ module, name, of, formats }: Own): Subject {
  return {
    id: slug(name),
    engine: name,
    build: "",
    precision: "",
    kind: "peer",
    formats,
    functions: [of],
    roots: [module],
    async load(): Promise<LoadedSubject> {
      const adapted = new Map<Format, Adapted>();
      for (const dtype of formats) {
        adapted.set(dtype, await adapt(name, { module, name }, { dtype }));
      }
      return {
        version: "",
        call: () => `${name}(x)`,
        unary: (function_, dtype) => {
          const one = adapted.get(dtype);
          if (function_ !== of || one === undefined) return undefined;
          return (x, out) => one.apply(x, out);
        },
        dispose: async () => {
          for (const one of adapted.values()) await one.dispose();
        },
      };
    },
  };
}

const asked = new URL(import.meta.url).searchParams;
if (asked.has("module")) {
  const of = UNARY.find((name) => name === asked.get("of"));
  if (of === undefined) throw new RangeError(`own.ts: of must be one of ${UNARY.join(", ")}`);
  const formats = asked.get("formats")!.split(",") as Format[];
  const [module, name] = [asked.get("module")!, asked.get("name")!];
  provideSubjects([subjectOfOwn({ module, name, of, formats })]);
}
