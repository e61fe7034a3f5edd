/** tools/cluster: what it says, and Slurm's own daemons running it. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { readShards } from "../support/shards.ts";
import { projectFolder } from "../support/repository.ts";
import { hasSlurm, startSlurm } from "../support/slurm.ts";

const script = `${projectFolder}tools/cluster/verify.slurm.sh`;

/** Runs `deno task verify` from the project's folder. */
async function verify(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "verify", ...args],
    cwd: projectFolder,
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test({
  name: "Slurm: an array of four verifies a function, and is joined; a lost task is named",
  ignore: !hasSlurm(),
  async fn() {
    assert.equal(Deno.uid(), 0, "Slurm's daemons need root");
    const folder = await Deno.makeTempDir({ prefix: "softplus-slurm-" });
    try {
      await using slurm = await startSlurm(folder);
      const clone = `${folder}/clone`;
      await cloneTo(clone);
      const options = ["--quick", "--engine", "scalar", "--precision", "exact"];
      const target = [...options, "--function", "sigmoid", "--dtype", "f32"];
      // The two processors of this machine are one for each task.
      const array = ["--wait", "--array=0-3", "--cpus-per-task=1", script, ...target];
      const DENO = Deno.execPath();
      await slurm.command("sbatch", array, { cwd: clone, env: { DENO }, seconds: 240 });

      const files = [0, 1, 2, 3].map((index) => `${clone}/shards/${index}-of-4.json`);
      const slices = (await readShards(files)).map(({ parts }) => parts[0]!.slices.length);
      assert.deepEqual(slices, [128, 128, 128, 128]);
      const joined = await verify("--join", ...files);
      assert.equal(joined.code, 0, joined.err);
      assert.match(
        joined.out,
        /^holds +f32 sigmoid +scalar-exact .* 0 misrounded of 8,4\d\d,\d{3}$/m,
      );

      await Deno.remove(files[2]!);
      const lost = await verify("--join", ...files.filter((_, index) => index !== 2));
      assert.equal(lost.code, 2);
      assert.match(lost.err, /missing: shard 2 of 4/);

      // As its comment says: the lost one alone, once more.
      const again = ["--wait", "--array=2", "--cpus-per-task=1", script, ...target];
      const env = { DENO, SHARDS: "4" };
      await slurm.command("sbatch", again, { cwd: clone, env, seconds: 120 });
      assert.equal((await verify("--join", ...files)).code, 0);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

/** The files of the project as they are now, where Slurm's tasks may write. */
async function cloneTo(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command("bash", {
    args: [
      "-c",
      'mkdir "$0" && git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$0"',
      folder,
    ],
    cwd: projectFolder,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
}

Deno.test("Kubernetes: an indexed Job with a shard for each pod", async () => {
  const text = await Deno.readTextFile(`${projectFolder}tools/cluster/verify.kubernetes.yaml`);
  const job = parse(text);
  assert.equal(`${job.apiVersion} ${job.kind}`, "batch/v1 Job");
  assert.equal(job.spec.completionMode, "Indexed");
  const [container] = job.spec.template.spec.containers;
  const variables = new Map<string, string>(
    container.env.map(({ name, value }: { name: string; value: string }) => [name, value]),
  );
  assert.equal(variables.get("SHARDS"), String(job.spec.completions));
  assert.equal(container.image, `denoland/deno:${Deno.version.deno}`);

  // The command of a pod, as Kubernetes fills it in.
  const folder = await Deno.makeTempDir({ prefix: "softplus-pod-" });
  try {
    variables.set("JOB_COMPLETION_INDEX", "63");
    const filled: string[] = container.command.map((word: string) =>
      word.replace(/\$\((\w+)\)/g, (_, name: string) => variables.get(name) ?? assert.fail(name))
    );
    assert.deepEqual(filled.slice(0, 3), ["deno", "task", "verify"]);
    const args = filled.slice(3).map((word) => word.replace("=shards/", `=${folder}/`));
    const { code, out, err } = await verify(
      ...args,
      "--quick",
      "--function=sigmoid",
      "--dtype=f32",
    );
    assert.equal(code, 0, err);
    assert.match(out, /shard 63 of 64/);
    const [shard] = await readShards([`${folder}/63-of-64.json`]);
    assert.deepEqual(shard!.shard, { index: 63, of: 64 });
    assert.ok(shard!.parts.length >= 4, "scalar and wasm, exact and fast");
    for (const { slices } of shard!.parts) assert.equal(slices.length, 8);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
