/** Child processes and files of the tools: time limits, Ctrl-C, and two runs at once. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { isPrivate, runtimeFolder } from "../../lab/runtime_folder.ts";
import { replaceFile } from "../../lab/files.ts";
import { replaceByCopy, replaceFolder } from "../../tools/files.ts";
import { capture } from "../../tools/process.ts";
import { pathOf } from "../../tools/browser.ts";

const posix = Deno.build.os !== "windows";

async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "softplus-process-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("capture: keeps what was printed, and ends what takes too long", async () => {
  const deno = (code: string, seconds?: number) =>
    capture(Deno.execPath(), ["eval", code], seconds === undefined ? {} : { seconds });
  const { success, stdout } = await deno("console.log('é'.repeat(1e5))", 60);
  assert.deepEqual([success, stdout.length], [true, 100_001]);
  const start = performance.now();
  const late = await deno("console.log('begun'); setTimeout(() => {}, 60_000)", 2);
  assert.ok(!late.success && performance.now() - start < 20_000);
  assert.match(late.stderr, /was ended, since it took longer than 2 s/);
  assert.equal(late.stdout, "begun\n", "what came until then is kept");
  assert.equal((await capture("no-such-command", [])).success, false);
});

Deno.test({
  name: "capture: a limit holds for children that do not listen, and for their children",
  ignore: !posix,
  async fn() {
    const start = performance.now();
    const deaf = await capture("sh", ["-c", "trap '' TERM; sleep 15 & wait; sleep 15"], {
      seconds: 0.2,
    });
    assert.ok(!deaf.success && performance.now() - start < 10_000);
    const polite = await capture("sh", ["-c", "trap 'exit 0' TERM; sleep 15 & wait"], {
      seconds: 0.2,
    });
    assert.equal(polite.success, false, "what was ended has not done its work, whatever it says");
  },
});

/** Runs a tool of its own that waits for a child which does not end, and sends it signals. */
async function interrupted(child: string, signals: number): Promise<{ code: number; ms: number }> {
  const process = fileURLToPath(new URL("../../tools/process.ts", import.meta.url));
  const code = `import { exitWith, run } from ${JSON.stringify(`file://${process}`)};
await exitWith(() => run("sh", ["-c", ${JSON.stringify(child)}]));`;
  const parent = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = parent.stdin.getWriter();
  await writer.write(new TextEncoder().encode(code));
  await writer.close();
  const reader = parent.stdout.getReader();
  await reader.read(); // the child is there
  const start = performance.now();
  for (let sent = 0; sent < signals; sent++) {
    if (sent > 0) await new Promise((resolve) => setTimeout(resolve, 300));
    parent.kill("SIGINT");
  }
  const status = await parent.status;
  await reader.cancel();
  return { code: status.code, ms: performance.now() - start };
}

Deno.test({
  name: "Ctrl-C: the first waits for the child, the second ends at once",
  ignore: !posix,
  async fn() {
    const willing = "trap 'sleep 1; exit 3' INT; echo; while :; do sleep 0.1; done";
    const one = await interrupted(willing, 1);
    assert.equal(one.code, 130);
    assert.ok(one.ms >= 900, `${one.ms} ms: the child had things to put away`);
    const deaf = "trap '' INT; echo; for i in $(seq 200); do sleep 0.1; done";
    const two = await interrupted(deaf, 2);
    assert.equal(two.code, 130);
    assert.ok(two.ms < 5000, `${two.ms} ms`);
  },
});

Deno.test("two runs at once: a file or a folder is one run's or the other's, and nothing is left", () =>
  inFolder(async (folder) => {
    const wait = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 5));
    await Promise.all(Array.from({ length: 20 }, async (_, i) => {
      await wait();
      await replaceFile(`${folder}/file`, `${i}`.repeat(1000));
      await replaceFolder(`${folder}/folder`, async (into) => {
        await Deno.writeTextFile(`${into}/a`, `${i}`);
        await wait();
        await Deno.writeTextFile(`${into}/b`, `${i}`);
      });
    }));
    const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
    assert.deepEqual(names, ["file", "folder"]);
    assert.match(await Deno.readTextFile(`${folder}/file`), /^(\d+)\1{999}$/);
    const [a, b] = ["a", "b"].map((name) => Deno.readTextFileSync(`${folder}/folder/${name}`));
    assert.equal(a, b);
    await assert.rejects(replaceByCopy(`${folder}/copy`, `${folder}/none`));
    assert.equal([...Deno.readDirSync(folder)].length, 2, "a failure leaves nothing either");
  }));

Deno.test({
  name: "XDG_RUNTIME_DIR of children is the user's alone",
  ignore: Deno.build.os !== "linux",
  fn: () =>
    inFolder(async (folder) => {
      const before = ["XDG_RUNTIME_DIR", "TMPDIR"].map((name) =>
        [name, Deno.env.get(name)] as const
      );
      try {
        Deno.env.delete("XDG_RUNTIME_DIR");
        Deno.env.set("TMPDIR", folder);
        const { stdout } = await capture("sh", ["-c", 'stat -c "%a %u" "$XDG_RUNTIME_DIR"']);
        assert.equal(stdout.trim(), `700 ${Deno.uid()}`);
        // Somebody else was there first: open to all, or a link.
        const name = `${folder}/softplus-kit-${Deno.uid()}`;
        if (runtimeFolder() === name) {
          await Deno.chmod(name, 0o777);
          assert.equal(runtimeFolder(), undefined);
          await Deno.remove(name);
          await Deno.symlink("/tmp", name);
          assert.equal(runtimeFolder(), undefined);
        }
        assert.equal(isPrivate("/tmp"), false);
        Deno.env.set("XDG_RUNTIME_DIR", "/given");
        assert.equal(runtimeFolder(), "/given", "the user's own choice stands");
      } finally {
        for (const [name, value] of before) {
          if (value === undefined) Deno.env.delete(name);
          else Deno.env.set(name, value);
        }
      }
    }),
});

Deno.test("browser: a name with signs of the shell is a name", () => {
  for (const odd of ['/opt/a "b" $(c)/chrome', "no such $(program)", "`x`", 'a";b']) {
    assert.equal(pathOf(odd), odd);
  }
  if (posix) assert.match(pathOf("sh"), /^\/.*\/sh$/);
});
