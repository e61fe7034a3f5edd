/** Interrupt and resume: the same certificate as one run, and nothing half-written is believed. */
import assert from "node:assert/strict";
import "../../bench/certify/subjects.ts";
import { fileURLToPath } from "node:url";
import type { Certificate } from "../../lab/certify/certificate.ts";
import { Stopped } from "../../lab/certify/pool.ts";
import { verify } from "../../lab/certify/run.ts";
import type { Verification } from "../../lab/certify/verification.ts";
import type { Target } from "../../lab/certify/types.ts";

const targets: Target[] = [
  { subject: "scalar-fast", name: "sigmoid", format: "f32" },
  { subject: "scalar-fast", name: "logSigmoid", format: "f32" },
];
// Whole slices are 8 million inputs each; these few visit every kind.
const slices = [3, 126, 131, 255, 259, 382, 389, 511];

async function readAll(folder: string): Promise<Partial<Certificate>[]> {
  const all: Partial<Certificate>[] = [];
  for (const { name, subject, format } of targets) {
    const text = await Deno.readTextFile(`${folder}/${format}-${name}-${subject}.json`);
    const { time, environment, ...rest } = JSON.parse(text) as Certificate;
    assert.ok(time.workerSeconds > 0 && environment.date !== "");
    all.push(rest);
  }
  return all;
}

async function jsonFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) found.push(...await jsonFiles(path));
    else if (entry.name.endsWith(".json")) found.push(path);
  }
  return found;
}

Deno.test("verify: interrupted and resumed gives the certificate of one run", async () => {
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    const plan = (name: string): Verification => ({
      subjects: new URL("../../bench/certify/subjects.ts", import.meta.url).href,
      targets,
      slices,
      quick: false,
      workers: 2,
      cache: `${folder}/${name}/cache`,
      certificates: `${folder}/${name}/certificates`,
    });
    await verify(plan("whole"));
    const whole = await readAll(`${folder}/whole/certificates`);
    assert.equal(whole[0]!.inputs, slices.length * 2 ** 23);

    const stopper = new AbortController();
    let ticks = 0;
    const progress = () => ({
      tick: (steps = 1) => {
        ticks += steps;
        // The quick slices come first, and are not kept; stop among the full ones.
        if (ticks > targets.length * slices.length + 4) stopper.abort();
      },
      note: () => {},
      done: () => Promise.resolve(),
    });
    await assert.rejects(verify({ ...plan("parts"), signal: stopper.signal, progress }), Stopped);
    const kept = await jsonFiles(`${folder}/parts/cache`);
    assert.ok(kept.length >= 4 && kept.length < targets.length * slices.length, `${kept.length}`);
    // What a crash could leave: half a file, and one that was not yet renamed.
    await Deno.writeTextFile(kept[0]!, (await Deno.readTextFile(kept[0]!)).slice(0, 100));
    await Deno.writeTextFile(`${kept[1]!}.new`, "{");
    // A slice kept under another key must not be found, however tempting.
    const foreign = kept[1]!.replace(/-[0-9a-f]{16}\/(\d+\.json)$/, "-0123456789abcdef/$1");
    await Deno.mkdir(foreign.slice(0, foreign.lastIndexOf("/")));
    await Deno.writeTextFile(foreign, '{"slice":3,"inputs":1}');

    let done = 0;
    const counting = () => ({
      tick: (steps = 1) => void (done ||= steps),
      note: () => {},
      done: () => Promise.resolve(),
    });
    await verify({ ...plan("parts"), progress: counting });
    assert.equal(done, kept.length - 1, "what was finished was taken over");
    assert.deepEqual(await readAll(`${folder}/parts/certificates`), whole);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("verify: Ctrl-C ends the command with 130 and keeps whole slices", async () => {
  if (Deno.build.os === "windows") return;
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    const command = fileURLToPath(new URL("../../bench/certify/verify.ts", import.meta.url));
    const child = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", command, "--engine", "scalar", "--precision", "fast"],
        ...["--function", "sigmoid", "--cache", `${folder}/cache`, "--certificates", folder],
      ],
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const output = child.output();
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      try {
        if ((await jsonFiles(`${folder}/cache`)).length >= 2) break;
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    child.kill("SIGINT");
    const { code, stderr } = await output;
    assert.equal(code, 130);
    assert.match(new TextDecoder().decode(stderr), /Finished slices are kept/);
    for (const file of await jsonFiles(`${folder}/cache`)) {
      JSON.parse(await Deno.readTextFile(file));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
