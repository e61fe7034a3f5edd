/** Plays those who talk to `deno task serve`: users, and pages and programs that should not. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { greeting, isolation, parseServe, portHint, startHost } from "../../tools/serve.ts";
import { get, raw } from "../users/raw_http.ts";

Deno.test("serve: other methods are refused, HEAD has no body", async () => {
  await using host = startHost();
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "MADE-UP"]) {
    const { status, text } = await get(host.address, "/mod.ts", { method });
    assert.equal(status, 405, method);
    assert.match(text, /\r\nallow: GET, HEAD\r\n/i);
  }
  assert.equal((await get(host.address, "*", { method: "OPTIONS" })).status, 405);
  const { status, text } = await get(host.address, "/mod.ts", { method: "HEAD" });
  assert.deepEqual([status, text.split("\r\n\r\n")[1]], [200, ""]);
  const { size } = await Deno.stat(new URL("../../mod.ts", import.meta.url));
  assert.match(text, new RegExp(`\r\ncontent-length: ${size}\r\n`, "i"));
});

Deno.test("serve: only the names of this machine are answered", async () => {
  await using host = startHost();
  const port = host.address.split(":")[1];
  for (const name of ["localhost", "LocalHost", "127.0.0.1", "[::1]"]) {
    for (const end of ["", `:${port}`, ":9999"]) {
      assert.equal(
        (await get(host.address, "/mod.ts", { host: name + end })).status,
        200,
        name + end,
      );
    }
  }
  const foreign = [
    ...[
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil.example",
      "evil-localhost",
      "0.0.0.0",
    ],
    ...["127.0.0.1.evil.example", "localhost@evil.example", "evil.example/localhost", "localhost."],
    ...["evil.example?localhost", "localhost:80:80", "127.0.0.2", "2130706433", "localhost:x", ""],
  ];
  for (const name of foreign) {
    const { status, text } = await get(host.address, "/mod.ts", { host: name });
    assert.ok(status >= 400 && status < 500, `${name}: ${status}`);
    assert.ok(!text.includes("export"), name);
  }
  // The address in the first line outdoes the header.
  const whole = (name: string) => get(host.address, `http://${name}/mod.ts`);
  assert.equal((await whole("evil.example")).status, 403);
  assert.equal((await whole(host.address)).status, 200);
  const bare = await raw(host.address, "GET /mod.ts HTTP/1.0\r\n\r\n");
  assert.equal(bare.status, 400);
  const twice = await raw(
    host.address,
    `GET /mod.ts HTTP/1.1\r\nHost: ${host.address}\r\nHost: evil.example\r\nConnection: close\r\n\r\n`,
  );
  assert.equal(twice.status, 400);
});

Deno.test("serve: other sites may read the modules and nothing else", async () => {
  await using host = startHost({ headers: isolation });
  const headers = async (path: string) => {
    const response = await fetch(`http://${host.address}/${path}`);
    await response.body?.cancel();
    return response.headers;
  };
  for (const path of ["mod.ts", "dist/softplus.js", "dist/softplus.d.ts"]) {
    const found = await headers(path);
    assert.equal(found.get("access-control-allow-origin"), "*", path);
    assert.equal(found.get("cross-origin-resource-policy"), "cross-origin", path);
  }
  for (
    const path of ["notebooks/demo/", "notebooks/demo/demo.js", "no-such-file", "dist/none.js"]
  ) {
    const found = await headers(path);
    assert.equal(found.get("access-control-allow-origin"), null, path);
    assert.notEqual(found.get("cross-origin-resource-policy"), "cross-origin", path);
    for (const [name, value] of Object.entries(isolation)) assert.equal(found.get(name), value);
  }
});

Deno.test("serve: users get the modules, their licence and the demo page, and not the rest", async () => {
  await using host = startHost();
  const status = async (path: string) => (await get(host.address, `/${path}`)).status;
  for (const path of ["mod.ts", "dist/softplus.js", "LICENSE", "notebooks/demo/"]) {
    assert.equal(await status(path), 200, path);
  }
  const own = fileURLToPath(import.meta.url);
  for (
    const path of [
      ".git",
      "deno.json",
      "tests/tools/serve.test.ts",
      "tools/serve.ts",
      `..${own}`,
      "",
    ]
  ) {
    assert.equal(await status(path), 404, path);
  }
});

Deno.test("serve: it listens at 127.0.0.1, where only this machine comes in", async () => {
  await using host = startHost();
  const [hostname, port] = host.address.split(":");
  assert.equal(hostname, "127.0.0.1");
  // A host at 0.0.0.0 would answer at these too. Linux has all of 127.0.0.0/8.
  const others = Deno.networkInterfaces().filter(({ family }) => family === "IPv4")
    .map(({ address }) => address).filter((address) => address !== "127.0.0.1");
  if (Deno.build.os === "linux") others.push("127.0.0.2");
  for (const hostname of others) {
    await assert.rejects(Deno.connect({ hostname, port: Number(port) }), `${hostname} answers`);
  }
});

Deno.test("serve: the command line, and a port that cannot be had", async () => {
  assert.deepEqual([parseServe([]), parseServe(["0"]), parseServe(["65535"])], [8000, 0, 65535]);
  assert.deepEqual([parseServe(["--help"]), parseServe(["8001", "-h"])], ["help", "help"]);
  for (const wrong of ["65536", "80a", "0x50", "1e3", "", " 8000", "8000.5"]) {
    assert.throws(() => parseServe([wrong]), RangeError, wrong);
  }
  assert.throws(() => parseServe(["1", "2"]), RangeError);
  assert.throws(() => parseServe(["--prot", "1"]), /--prot/);
  await using host = startHost();
  const port = Number(host.address.split(":")[1]);
  assert.throws(() => startHost({ port }), (error) => {
    assert.equal(
      portHint(port, error),
      `port ${port} is in use; another one: deno task serve ${port + 1}`,
    );
    return true;
  });
  assert.match(portHint(65535, new Deno.errors.AddrInUse()) ?? "", /serve 65534$/);
  assert.match(portHint(80, new Deno.errors.PermissionDenied()) ?? "", /serve 8000$/);
  assert.equal(portHint(8000, new Error("other")), undefined);
});

Deno.test("serve: what it prints fits the flag that README prints", async () => {
  const readme = await Deno.readTextFile(new URL("../../README.md", import.meta.url));
  const [, flag] = /--allow-import=(\S+) main\.ts/.exec(readme) ?? [];
  const text = greeting(8000);
  assert.equal(/from "http:\/\/([^/]+)\/mod\.ts"/.exec(text)?.[1], flag);
  assert.ok(text.includes(`--allow-import=${flag} main.ts`), text);
});
