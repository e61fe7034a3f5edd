/**
 * From what a request names to the one file that it may have, or to none.
 *
 * Of the file servers for Node that were tried (sirv 3.0.2, send 1.2.1 and serve-handler 6.1.8) each
 * follows a link out of its folder, answers POST, and answers under any Host; none has a list of what
 * may be sent. With all that checked here, what is left for one is to read a file and name its type,
 * and it would read the path a second time, by rules of its own: the usual way in.
 */

import { isAbsolute, relative, sep } from "node:path";

/** Files, and folders with all that is in them, whose names end in a slash; "./" is everything. */
export type AllowList = readonly string[];

/** A part of a path that every system reads alike: no dot at its ends, no separator, no escape. */
const PLAIN_PART = /^\w(?:[\w.@+-]*\w)?$/;

/**
 * The path that a request means, from the folder that is served; undefined where it has a part that
 * is not plain. It is decoded once: what still has a % then is not plain.
 *
 * @throws {URIError} it cannot be decoded
 */
export function plainPath(pathname: string): string | undefined {
  const parts = pathname.slice(1).split("/").map(decodeURIComponent);
  if (parts.at(-1) === "") parts[parts.length - 1] = "index.html";
  return parts.every((part) => PLAIN_PART.test(part)) ? parts.join("/") : undefined;
}

/** Whether the list has it, or a folder that it is in. */
export function isAllowed(path: string, list: AllowList): boolean {
  return list.some((entry) =>
    entry === "./" || entry === path || (entry.endsWith("/") && path.startsWith(entry))
  );
}

/**
 * Where the file of such a path lies, links resolved; undefined where there is none that may be sent.
 * Both names have to be allowed: the one that was asked for, and the one that links lead to.
 */
export async function resolveFile(
  path: string,
  folder: string,
  list: AllowList,
): Promise<string | undefined> {
  if (!isAllowed(path, list)) return undefined;
  try {
    const top = await Deno.realPath(folder);
    const file = await Deno.realPath(`${top}/${path}`);
    const inside = relative(top, file);
    if (isAbsolute(inside)) return undefined; // another drive of Windows
    const parts = inside.split(sep);
    if (!parts.every((part) => PLAIN_PART.test(part))) return undefined; // outside, or hidden
    if (!isAllowed(parts.join("/"), list)) return undefined;
    // A pipe or a device would keep the reader waiting.
    return (await Deno.stat(file)).isFile ? file : undefined;
  } catch {
    return undefined; // not there, not readable, or no name of a file at all, such as a too long one
  }
}
