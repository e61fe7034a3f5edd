/**
 * The paths that texts name: in prose, comments, messages, configurations and code.
 *
 * @module
 */
import { posix } from "node:path";
import type { Files } from "../support/repository.ts";

/** A path that a text names and nothing has. */
export interface Stale {
  readonly file: string;
  readonly line: number;
  readonly path: string;
}

const ending = /\.(ts|js|wgsl|py|md|ipynb|json|parquet|png|svg|css|html|sollya)$/;

/** Words with a slash in them; what they mean is for `isPath` to say. */
const word = /(?<![\w@.:/${}\\-]|%20)(?:\.{0,2}\/)?[\w.*{}-]+(?:\/[\w.*{},-]+)*\/?[\w*}]/g;

/** A file's name by itself. */
const fileName = /(?<![\w@.:/${}*\\-])[\w-]+(?:\.\w+)*\.(?:ts|wgsl|py|sollya)(?![\w/])/g;

/**
 * The paths in texts that do not exist. A path may start at the project's folder, at the file's own,
 * or at one around that; it may have `*` and `{a,b}`. A name without a folder is that of any file.
 *
 * @param paths every file there is
 * @param isAllowed says whether a path that does not exist is right all the same
 */
export function stalePaths(
  texts: Files,
  paths: readonly string[],
  isAllowed: (path: string, file: string) => boolean,
): Stale[] {
  const there = new Set(paths.flatMap((path) => [path, ...foldersAround(path)]));
  const names = new Set(paths.map((path) => posix.basename(path)));
  const tops = new Set(paths.filter((path) => path.includes("/")).map((p) => p.split("/")[0]!));
  const isPath = (text: string) =>
    text.includes("/") && (text.includes("{") || !text.includes("}")) &&
    (tops.has(text.replace(/^\//, "").split("/")[0]!) || ending.test(text));
  const exists = (path: string) =>
    there.has(path) ||
    /[*{]/.test(path) && [...there].some((one) => posix.matchesGlob(one, path));
  return [...texts].flatMap(([file, text]) =>
    text.split("\n").flatMap((line, index) => {
      const words = [...line.matchAll(word)].map(([one]) => one).filter(isPath)
        .filter((path) => !startsOf(path, file).some(exists));
      const bare = [...line.matchAll(fileName)].map(([one]) => one).filter((one) =>
        !names.has(one)
      );
      return [...words, ...bare].filter((path) => !isAllowed(path, file))
        .map((path): Stale => ({ file, line: index + 1, path }));
    })
  );
}

/**
 * The files and folders that code names from its own place, `new URL("../x", import.meta.url)`, and
 * that do not exist; from the project's folder on.
 */
export function staleUrls(
  texts: Files,
  paths: readonly string[],
  isAllowed: (path: string, file: string) => boolean,
): Stale[] {
  const there = new Set([".", ...paths.flatMap((path) => [path, ...foldersAround(path)])]);
  return [...texts].flatMap(([file, text]) =>
    [...text.matchAll(/new URL\(\s*"([^"]+)",\s*import\.meta\.url/g)].map((match): Stale => ({
      file,
      line: text.slice(0, match.index).split("\n").length,
      path: posix.join(posix.dirname(file), match[1]!).replace(/\/$/, ""),
    }))
  ).filter(({ file, path }) => !there.has(path) && !isAllowed(path, file));
}

/** The folders that a path is in. */
function foldersAround(path: string): string[] {
  const folder = posix.dirname(path);
  return folder === "." ? [] : [folder, ...foldersAround(folder)];
}

/** What a path may mean in a file. */
function startsOf(path: string, file: string): string[] {
  const clean = path.replace(/\/$/, "");
  if (clean.startsWith("/")) return [clean.slice(1)];
  if (clean.startsWith(".")) return [posix.join(posix.dirname(file), clean), posix.join(clean)];
  return ["", ...foldersAround(file)].map((folder) => posix.join(folder, clean));
}
