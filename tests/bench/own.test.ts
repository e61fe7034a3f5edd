/** `deno task verify --module`: a function of one's own, from the shell, in any folder. */
import assert from "node:assert/strict";
import { readShards } from "../support/shards.ts";
import { projectFolder } from "../support/repository.ts";

/** Runs the task in a folder, as a user does. */
async function verify(
  cwd: string,
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", `--config=${projectFolder}deno.json`, "verify", ...args],
    cwd,
    // As deno and npx set it, unless one is run by the other.
    env: { NO_COLOR: "1", INIT_CWD: cwd },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Where one result is wrong by an ULP. */
const PLANTED = Math.fround(1.2555555);

const MODULE = `import { log1p } from "./helper.ts";
export const textbook = (x: number): number => Math.log(1 + Math.exp(x));
export const stable = (x: number): number => Math.max(x, 0) + log1p(Math.exp(-Math.abs(x)));
const ulp = new Float32Array(1), bits = new Uint32Array(ulp.buffer);
export const faulty = (x: number): number => {
  ulp[0] = stable(x);
  if (x === ${PLANTED}) bits[0]! += 1;
  return ulp[0]!;
};
export const broken = (_x: number): number => {
  throw new Error("out of order");
};
`;

// Long: a step for each use, in one folder.
Deno.test("verify --module: a function of one's own, from another folder", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "softplus-own-" });
  const run = (name: string, ...args: string[]) =>
    verify(folder, "--module", "mine.ts", "--name", name, "--of", "softplus", ...args);
  /** What the file of a shard says of the binade from 1 to 2. */
  const sliceOf = async (subject: string) => {
    const part = (await readShards([`${folder}/127.json`]))[0]!.parts[0]!;
    assert.equal(part.target.subject, subject);
    return part.slices.find(({ slice }) => slice === 127)!;
  };
  try {
    await Deno.writeTextFile(`${folder}/mine.ts`, MODULE);
    await Deno.writeTextFile(`${folder}/helper.ts`, "export const log1p = Math.log1p;\n");

    await t.step("a dense subset, in both element types", async () => {
      const { code, out, err } = await run("textbook", "--quick", "--dtype=f32,f64");
      assert.equal(code, 0, err);
      assert.match(
        out,
        /f32 softplus +textbook .* misrounded of 8,4\d\d,\d{3}, .* wrong NaN or Inf/,
      );
      assert.match(out, /f64 softplus +textbook /);
      await assert.rejects(Deno.stat(`${folder}/certificates`), Deno.errors.NotFound);
    });

    await t.step("one wrong float32 among all, by its name and input", async () => {
      // One binade of 2^23 inputs, and its mirror image.
      const shard = ["--shard=127/256", `--output=${folder}/127.json`, `--cache=${folder}/cache`];
      const { code, out, err } = await run("faulty", ...shard);
      assert.equal(code, 0, err);
      assert.match(out, /2 slices, shard 127 of 256/);
      const right = await sliceOf("faulty");
      assert.equal(right.inputs, 2 ** 23);
      const bits = new Uint32Array(Float32Array.of(PLANTED).buffer)[0]!;
      assert.equal(right.worst!.x, `0x${bits.toString(16)}`);
      assert.ok(right.maxUlp > 0.5 && right.maxUlp <= 1.5, String(right.maxUlp));

      const sound = await run("stable", ...shard);
      assert.equal(sound.code, 0, sound.err);
      assert.equal(right.misrounded - (await sliceOf("stable")).misrounded, 1);
    });

    await t.step("what does not work is named", async () => {
      const broken = await run("broken", "--quick");
      assert.equal(broken.code, 1);
      assert.match(broken.out, /not here +broken: .*threw .*out of order/);
      const absent = await run("absent", "--quick");
      assert.equal(absent.code, 1);
      assert.match(
        absent.out,
        /exports no function absent; it has broken, faulty, stable, textbook/,
      );
      const nowhere = await verify(folder, "--module=no.ts", "--name=f", "--of=sigmoid", "--quick");
      assert.equal(nowhere.code, 1);
      assert.match(nowhere.out, /cannot import .*no\.ts/);
    });

    await t.step("options that do not fit together", async () => {
      const cases: [string[], RegExp][] = [
        [["--module=mine.ts"], /--module needs --name/],
        [["--module=mine.ts", "--name=stable"], /--module needs --of/],
        [["--module=mine.ts", "--name=stable", "--of=exp"], /--of must be one of .*got "exp"/],
        [["--name=stable"], /--name goes with --module/],
        [
          ["--module=mine.ts", "--name=stable", "--of=softplus", "--engine=wasm"],
          /--module and --engine/,
        ],
      ];
      for (const [args, message] of cases) {
        const { code, err } = await verify(folder, ...args);
        assert.equal(code, 2, args.join(" "));
        assert.match(err, message);
      }
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
