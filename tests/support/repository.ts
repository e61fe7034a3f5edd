/** The files of the project, as tests about its own text read them. */
import { fileURLToPath } from "node:url";

/** Texts by path from the project's folder. */
export type Files = ReadonlyMap<string, string>;

/** The project's folder, with a slash at the end. */
export const projectFolder: string = fileURLToPath(new URL("../../", import.meta.url));

/** What is nobody's source: Git's own, and what .gitignore names. */
const ignored = /^(\.git|report|\.cache|node_modules)$|(^|\/)\.ipynb_checkpoints$|\.tgz$/;

/** Endings of files that are no text. */
const binary = /\.(png|parquet)$/;

/** The paths of all files that are, or could be, committed; in order. */
export function projectPaths(folder: string = projectFolder): string[] {
  const found: string[] = [];
  const visit = (under: string) => {
    for (const { name, isDirectory } of Deno.readDirSync(folder + under)) {
      if (ignored.test(under + name)) continue;
      if (isDirectory) visit(`${under}${name}/`);
      else found.push(under + name);
    }
  };
  visit("");
  return found.sort();
}

/** The texts of the files whose path a test wants. */
export function projectFiles(
  wanted: (path: string) => boolean,
  folder: string = projectFolder,
): Files {
  return new Map(
    projectPaths(folder).filter((path) => !binary.test(path) && wanted(path))
      .map((path) => [path, Deno.readTextFileSync(folder + path)]),
  );
}

/** The files that `deno task build` makes: those of the list in tools/build/outputs.ts, without its compilers. */
export const builtFiles: ReadonlySet<string> = new Set(
  [...Deno.readTextFileSync(`${projectFolder}tools/build/outputs.ts`).matchAll(/file: "([^"]+)"/g)]
    .map(([, file]) => file!),
);
