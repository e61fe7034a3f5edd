/** Which Python computes: the first that has NumPy, on which all of the peers stand. */
import type { Gap } from "../../../lab/implementation.ts";

/** Interpreters to try; Debian's own sees what Debian installed, the first `python3` may not. */
export function pythonCandidates(environment: (name: string) => string | undefined): string[] {
  const chosen = environment("PYTHON");
  return [...(chosen ? [chosen] : []), "/usr/bin/python3", "python3", "python"];
}

/** A Python program that succeeds where a module can be found; it is not imported, that is slow. */
export function moduleQuestion(module: string): string {
  return `import importlib.util, sys; sys.exit(importlib.util.find_spec(${
    JSON.stringify(module)
  }) is None)`;
}

/** The first interpreter that has NumPy. */
export async function findPython(
  candidates: readonly string[] = pythonCandidates((name) => Deno.env.get(name)),
): Promise<string | Gap> {
  for (const python of candidates) {
    try {
      const { success } = await new Deno.Command(python, {
        args: ["-c", moduleQuestion("numpy")],
        stdin: "null",
        stdout: "null",
        stderr: "null",
      }).output();
      if (success) return python;
    } catch (error) {
      const { NotFound, PermissionDenied } = Deno.errors;
      if (!(error instanceof NotFound || error instanceof PermissionDenied)) throw error;
    }
  }
  return { gap: `none of ${candidates.join(", ")} is a Python with NumPy` };
}
