/**
 * Tests that need a browser. On CI its absence is a failure; elsewhere they print as ignored.
 *
 * @module
 */
import { type Browser, chromium } from "playwright-core";
import { thisMachine } from "../tools/setup/requirement.ts";
import { browser as requirement, findBrowser } from "../tools/setup/requirements.ts";

const name = await findBrowser(thisMachine);
if (name === undefined && Deno.env.get("CI") === "true") {
  throw new Error(`${requirement.name} is missing: ${requirement.byHand}`);
}

/** Why there is no browser, or undefined. */
export const missing: string | undefined = name === undefined
  ? `ignored: ${requirement.name} is missing, run deno task setup`
  : undefined;

/**
 * Where a program lies that is named as for a shell. Playwright wants a path; no shell is asked,
 * since the name may be the user's own and have any sign in it.
 */
export function pathOf(name: string): string {
  if (/[/\\]/.test(name)) return name;
  const [separator, endings] = Deno.build.os === "windows" ? [";", ["", ".exe"]] : [":", [""]];
  const folders = (Deno.env.get("PATH") ?? "").split(separator).filter((folder) => folder !== "");
  const paths = folders.flatMap((folder) => endings.map((ending) => `${folder}/${name}${ending}`));
  return paths.find(isProgram) ?? name;
}

function isProgram(path: string): boolean {
  try {
    const { isFile, mode } = Deno.statSync(path);
    return isFile && (mode === null || (mode & 0o111) !== 0);
  } catch {
    return false;
  }
}

/** Starts a browser without a window, with WebGPU on its software adapter where it has no other. */
export async function launch(): Promise<Browser> {
  return await chromium.launch({
    executablePath: pathOf(name ?? ""),
    args: [
      "--enable-unsafe-webgpu",
      // Chromium's sandbox refuses to be root's.
      ...(Deno.uid() === 0 ? ["--no-sandbox"] : []),
    ],
  });
}

/** Registers a test that gets a browser of its own. */
export function browserTest(name: string, body: (browser: Browser) => Promise<void>): void {
  Deno.test({
    name: missing === undefined ? name : `${name} (${missing})`,
    ignore: missing !== undefined,
    // Playwright keeps a pipe to the browser, and timers, until the browser is gone.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const browser = await launch();
      try {
        await body(browser);
      } finally {
        await browser.close();
      }
    },
  });
}
