import assert from "node:assert/strict";
import type { Requirement, System } from "../../tools/setup/requirement.ts";
import {
  findBrowser,
  findPython,
  pythonPeers,
  requirements,
} from "../../tools/setup/requirements.ts";
import config from "../../deno.json" with { type: "json" };
import { BUDGET_SECONDS } from "../../bench/plans/plans.ts";
import { BUDGET_MINUTES, missingText } from "../../tools/reproduce.ts";
import { capture } from "../../tools/process.ts";
import { setup } from "../../tools/setup.ts";

/** A machine that is made up: the commands that succeed, and what happens when they do. */
interface Machine {
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly commands?: Readonly<Record<string, string | (() => string)>>;
}

function machine({ env = {}, files = {}, commands = {} }: Machine) {
  const ran: string[] = [];
  const system: System = {
    capture(command, args) {
      const line = [command, ...args].join(" ");
      ran.push(line);
      const found = Object.entries(commands).find(([start]) => line.startsWith(start))?.[1];
      const stdout = typeof found === "function" ? found() : found;
      const failed = { success: false, stdout: "", stderr: `no ${command}` };
      return Promise.resolve(
        stdout === undefined ? failed : { success: true, stdout, stderr: "" },
      );
    },
    readText: (path) => Promise.resolve(files[path]),
    env: (name) => env[name],
  };
  return { system, ran };
}

/** A requirement that is there once its package or its own installer has run. */
function need(over: Partial<Requirement> = {}): Requirement & { present: boolean } {
  const it: Requirement & { present: boolean } = {
    name: "Thing",
    neededFor: "doing things",
    byHand: "get a thing",
    present: false,
    detect: () => Promise.resolve(it.present ? "here" : undefined),
    ...over,
  };
  return it;
}

async function report(needs: readonly Requirement[], system: System) {
  const lines: string[] = [];
  const result = await setup({ needs, system, log: (line) => lines.push(line) });
  return { ...result, text: lines.join("\n"), lines };
}

Deno.test("set-up: nothing missing is one line and runs no installer", async () => {
  const { system, ran } = machine({});
  const { ok, missing, lines } = await report(
    [{ ...need(), detect: async () => await "x" }],
    system,
  );
  assert.deepEqual([ok, missing, lines.length, ran], [true, [], 1, []]);
});

Deno.test("set-up: root on Debian installs the packages, downloading first", async () => {
  const thing = need({ debian: ["thing-a", "thing-b"] });
  const { system, ran } = machine({
    commands: {
      "apt-get --version": "apt",
      "id -u": "0\n",
      "env DEBIAN_FRONTEND=noninteractive apt-get": () => {
        thing.present ||= (ran.at(-1) ?? "").includes("--no-download");
        return "";
      },
    },
  });
  const { ok, missing } = await report([thing], system);
  assert.deepEqual([ok, missing], [true, []]);
  const apt = ran.filter((line) => line.startsWith("env")).map((line) => line.split("=120 ")[1]);
  assert.deepEqual(apt, [
    "update",
    "install --yes --no-install-recommends --download-only thing-a thing-b",
    "install --yes --no-install-recommends --no-download thing-a thing-b",
  ]);
});

Deno.test("set-up: sudo without a password will do, and the lists are fetched once", async () => {
  const things = ["a", "b"].map((name) => need({ name, debian: [name] }));
  const { system, ran } = machine({
    commands: { "apt-get --version": "apt", "id -u": "1000\n", "sudo -n": "" },
  });
  await report(things, system);
  assert.equal(ran.filter((line) => line.endsWith(" update")).length, 1);
  assert.ok(
    ran.some((line) => line.startsWith("sudo -n env DEBIAN_FRONTEND=noninteractive apt-get")),
  );
});

Deno.test("set-up: says what will be installed, and how much, before it starts", async () => {
  const uris = "'http://deb/a_1.deb' thing-a_1_amd64.deb 1500000 SHA256:0\n" +
    "'http://deb/b%2bc.deb' thing-b_1%2b2_all.deb 2500000 SHA256:0\n";
  const things = [need({ name: "Thing", debian: ["thing-a", "thing-b"] })];
  things.push(need({
    name: "Own",
    size: async () => await "3 MB",
    install: async () => await { success: true, stdout: "", stderr: "" },
  }));
  const commands = {
    "apt-get --quiet=2 --print-uris": uris,
    "apt-get --version": "apt",
    "id -u": "0\n",
    "apt-cache show --no-all-versions thing-a thing-b":
      "Installed-Size: 1024\n\nInstalled-Size: 9216",
    "env DEBIAN_FRONTEND=noninteractive apt-get": "",
  };
  const { system, ran } = machine({ commands });
  const { text } = await report(things, system);
  const said = text.slice(0, text.indexOf("Set-up: installing"));
  assert.match(said, /missing: Thing.*\n {2}will be installed: thing-a thing-b\n/);
  assert.match(said, /missing: Own.*\n {2}will be installed: 3 MB\n/);
  assert.match(said, /from Debian 2 packages, 4 MB to fetch, 10 MB on the disk/);
  const first = (words: string) => ran.findIndex((line) => line.includes(words));
  assert.ok(first(" update") < first("--print-uris") && first("--print-uris") < first("--yes"));
});

Deno.test({
  name: "set-up: Ctrl-C stops it when what is under way has ended",
  ignore: Deno.build.os === "windows",
  async fn() {
    const installed: string[] = [];
    const things = ["one", "two"].map((name) =>
      need({
        name,
        async install() {
          Deno.kill(Deno.pid, "SIGTERM"); // as SIGINT is, which would end deno test as well
          await new Promise((resolve) => setTimeout(resolve, 200));
          installed.push(name);
          return { success: true, stdout: "", stderr: "" };
        },
      })
    );
    await assert.rejects(report(things, machine({}).system), { name: "Interrupted" });
    assert.deepEqual(installed, ["one"]);
  },
});

Deno.test("set-up: --help prints help and runs nothing; what it does not know is refused", async () => {
  for (const argument of ["--help", "-h"]) {
    const { success, stdout } = await capture(Deno.execPath(), [
      ...["run", "--allow-env", "--allow-read", "--no-prompt", "tools/setup.ts", argument],
    ]);
    assert.ok(success && stdout.startsWith("Usage: deno task setup"), stdout);
    for (const { name } of requirements) assert.ok(stdout.includes(name), name);
  }
  const { success, stderr } = await capture(Deno.execPath(), ["run", "-A", "tools/setup.ts", "-x"]);
  assert.ok(!success && stderr.startsWith("setup: "), stderr);
});

Deno.test("set-up: a failed download changes nothing and is named", async () => {
  const { system, ran } = machine({ commands: { "apt-get --version": "apt", "id -u": "0\n" } });
  const { missing, text } = await report([need({ debian: ["thing"] })], system);
  assert.equal(missing.length, 1);
  assert.ok(!ran.some((line) => line.includes("--no-download")));
  assert.match(text, /no env\n/, "what apt said is shown");
  assert.match(text, /still missing: Thing/);
});

Deno.test("set-up: elsewhere it says exactly what to install", async () => {
  for (const commands of [{}, { "apt-get --version": "apt", "id -u": "1000\n" }]) {
    const { system } = machine({ commands });
    const { ok, missing, text } = await report([need({ debian: ["thing"] })], system);
    assert.deepEqual([ok, missing.map(({ name }) => name)], [true, ["Thing"]]);
    assert.match(text, /sudo apt-get install thing/);
    assert.match(text, /Elsewhere: get a thing/);
  }
});

Deno.test("set-up: on CI anything missing fails, by its name", async () => {
  const { system } = machine({ env: { CI: "true" } });
  const { ok, text } = await report([need(), need({ name: "Other" })], system);
  assert.equal(ok, false);
  assert.match(text, /CI=true and missing: Thing, Other/);
});

Deno.test("set-up: what an installer says does not count, what is there does", async () => {
  const lies = need({ install: async () => await { success: true, stdout: "", stderr: "" } });
  assert.equal((await report([lies], machine({}).system)).missing.length, 1);
  const works = need({
    install: async () => {
      works.present = true;
      return await { success: false, stdout: "", stderr: "a warning" };
    },
  });
  assert.equal((await report([works], machine({}).system)).missing.length, 0);
});

Deno.test("Python: the first that has nbclient, not the first", async () => {
  const { system } = machine({ commands: { "/usr/bin/python3 -c": "" } });
  assert.equal(await findPython(system), "/usr/bin/python3");
  assert.equal(await findPython(machine({}).system), undefined);
  const chosen = machine({
    env: { PYTHON: "/opt/python" },
    commands: { "/opt/python -c": "", "python3 -c": "" },
  });
  assert.equal(await findPython(chosen.system), "/opt/python");
});

Deno.test("Python peers: looked for in the Python that has NumPy, and named with their packages", async () => {
  const there = "/usr/bin/python3 -c import importlib.util, sys; sys.exit(importlib.util.find_spec";
  const { system } = machine({
    commands: { [`${there}("numpy")`]: "", [`${there}("torch")`]: "" },
  });
  const found = await Promise.all(pythonPeers.map((peer) => peer.detect(system)));
  assert.deepEqual(found, ["/usr/bin/python3", undefined, undefined, "/usr/bin/python3"]);
  const elsewhere = machine({ commands: { [`${there}("numpy")`]: "", "python3 -c": "" } });
  assert.equal(await pythonPeers[3]!.detect(elsewhere.system), undefined);
  assert.deepEqual(pythonPeers.flatMap(({ debian }) => debian), [
    ...["python3-numpy", "python3-scipy", "python3-numba", "python3-torch"],
  ]);
});

Deno.test("browser: the one that the user names, else the first that is there", async () => {
  const commands = { "/opt/chrome --version": "Chrome 1", "google-chrome --version": "Chrome 2" };
  const named = machine({ env: { CHROME: "/opt/chrome" }, commands });
  assert.equal(await findBrowser(named.system), "/opt/chrome");
  assert.equal(await findBrowser(machine({ commands }).system), "google-chrome");
  assert.equal(await findBrowser(machine({}).system), undefined);
});

Deno.test("reproduce: the report says of everything that can be missing what for and how to add it", () => {
  for (const need of requirements) {
    const text = missingText(need);
    assert.ok(text.includes(need.name) && text.includes(need.neededFor), text);
    assert.ok(text.includes(need.byHand), text);
    for (const name of need.debian ?? []) assert.ok(text.includes(name), text);
  }
  assert.match(missingText(pythonPeers[0]!), /sudo apt-get install python3-numpy/);
});

Deno.test("reproduce: the task says how long it takes, and the benchmark leaves time for the rest", () => {
  const { quick, standard, full } = BUDGET_MINUTES;
  const { description } = config.tasks.reproduce;
  const said = `in ${standard} minutes at most (--quick: ${quick}, --full: ${full})`;
  assert.ok(description.includes(said), description);
  for (const plan of ["quick", "standard", "full"] as const) {
    assert.ok(BUDGET_SECONDS[plan] < 0.7 * 60 * BUDGET_MINUTES[plan], plan);
  }
});
