/// <reference lib="deno.worker" />
/** The isolate: makes runners of one implementation, calls them, and holds the clock. */
import { isGap, type Runner } from "../../../lab/implementation.ts";
import { makeInputs } from "../../plans/inputs.ts";
import { type BatchTimer, batchTimer, runOnce } from "../../../lab/race/timing.ts";
import type { Answer, Request } from "./protocol.ts";
import { ISOLATED } from "./rows.ts";

const runners = new Map<number, { readonly runner: Runner; batch?: BatchTimer }>();

async function answer(request: Request): Promise<Answer> {
  if (request.do === "prepare") {
    const loaded = await ISOLATED.get(request.name)!.load();
    if (isGap(loaded)) return loaded;
    const runner = await loaded.prepare(makeInputs(request.case, request.x));
    if (isGap(runner)) return runner;
    runners.set(request.runner, { runner });
    return {};
  }
  const known = runners.get(request.runner)!;
  switch (request.do) {
    case "run":
      await runOnce(known.runner);
      return {};
    case "time":
      known.batch ??= await batchTimer(known.runner);
      return { ns: await known.batch(request.calls, request.wake) };
    case "output":
      return { arrays: await known.runner.output() };
    case "dispose":
      runners.delete(request.runner);
      await known.runner.dispose?.();
      return {};
  }
}

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  try {
    self.postMessage(await answer(data));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    self.postMessage({ error: text } satisfies Answer);
  }
};
