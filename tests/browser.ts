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

/** Starts a browser without a window, with WebGPU on its software adapter where it has no other. */
export async function launch(): Promise<Browser> {
  const path = await thisMachine.capture("sh", ["-c", `command -v "${name}"`]);
  return await chromium.launch({
    executablePath: path.stdout.trim(),
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
