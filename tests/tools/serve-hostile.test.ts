/** Paths that are made to get a file out of `deno task serve` which it is not to send. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { startHost } from "../../tools/serve.ts";
import { isAllowed, plainPath } from "../../tools/serve/resolve.ts";
import { get } from "../users/raw_http.ts";

/** In files outside the folder or hidden, and in those that are inside but not on the list. */
const CANARY = "canary-4e1f";
const UNLISTED = "unlisted-4e1f";

/** A folder with files to send, and canaries: outside, hidden, not on the list, behind links. */
async function inTree(body: (folder: string) => Promise<void>): Promise<void> {
  const outside = await Deno.makeTempDir({ prefix: "softplus-serve-" });
  const folder = `${outside}/served`;
  try {
    for (const name of ["dist", "notebooks/demo/.hid", ".git", "tests", "mod.ts.d"]) {
      await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    }
    const secrets = ["../secret", "../servedsecret", ".git/config", ".env"];
    for (const name of [...secrets, "notebooks/demo/.hid/secret"]) {
      await Deno.writeTextFile(`${folder}/${name}`, CANARY);
    }
    for (const name of ["tests/secret.ts", "deno.json", "mod.ts.d/secret", "mod.ts~"]) {
      await Deno.writeTextFile(`${folder}/${name}`, UNLISTED);
    }
    for (const name of ["mod.ts", "dist/softplus.js", "notebooks/demo/index.html"]) {
      await Deno.writeTextFile(`${folder}/${name}`, `// ${name}`);
    }
    const links = { out: "../..", up: "../../secret", hidden: "../.git/config", root: "/etc" };
    for (const [name, target] of Object.entries(links)) {
      await Deno.symlink(target, `${folder}/dist/${name}`);
    }
    await Deno.symlink("../tests", `${folder}/dist/unlisted`);
    await Deno.symlink("../mod.ts", `${folder}/tests/door.ts`);
    await Deno.symlink("softplus.js", `${folder}/dist/alias.js`);
    await Deno.symlink("loop", `${folder}/dist/loop`);
    await body(folder);
  } finally {
    await Deno.remove(outside, { recursive: true });
  }
}

const allow = ["mod.ts", "dist/", "notebooks/demo/"];
const sent = new Set(["mod.ts", "dist/softplus.js", "notebooks/demo/index.html"]);

/** Holds an answer to the rule: one of the files that may be sent, or a refusal that says nothing. */
function judge(path: string, { status, text }: { status: number; text: string }): void {
  assert.ok(
    !text.includes(CANARY) && !text.includes(UNLISTED),
    `${path} gives a file that is not to be sent`,
  );
  if (status === 200) assert.ok(sent.has(/\/\/ (.*)$/.exec(text)?.[1] ?? ""), `${path}: ${text}`);
  else assert.ok([400, 404, 405].includes(status), `${path}: ${status} ${text}`);
}

const hostile = [
  ...["/x%5c..%5c..%5csecret", "/%252e%252e/%252e%252e/secret", "/%252egit/config", "/%E0%A4%A"],
  ...["/../secret", "/%2e%2e/secret", "/..%2fsecret", "/..%5csecret", "/dist/..\\..\\..\\secret"],
  ...["/dist/../../secret", "/dist%2f..%2f..%2fsecret", "/dist/%2e%2e%2f%2e%2e%2fsecret"],
  ...["//secret", "//etc/hostname", "///etc/hostname", "/%2fetc/hostname", "/dist//etc/hostname"],
  ...["/.git/config", "/.env", "/%2eenv", "/notebooks/demo/.hid/secret", "/.", "/..", "/..."],
  ...["/tests/secret.ts", "/deno.json", "/tests/door.ts", "/mod.ts.d/secret", "/mod.ts~"],
  ...["/dist/up", "/dist/out/secret", "/dist/hidden", "/dist/unlisted/secret.ts", "/dist/loop"],
  ...[
    "/dist/root/hostname",
    "/dist/out/served/.env",
    "/dist/out/served/deno.json",
    "/dist",
    "/dist/",
  ],
  ...["/mod.ts%00", "/%00", "/mod.ts%00.js", "/\0", "/mod.ts.", "/mod.ts%20", "/mod.ts::$DATA"],
  ...["/mod.ts/", "/mod.ts/..", "/dist/softplus.js/../../.env", "/C:/secret", "/c%3a%5csecret"],
  ...[
    "/file:///etc/hostname",
    "file:///etc/hostname",
    "mod.ts",
    "*",
    "",
    "/%",
    "/%f",
    "/%ff",
    "/%c0%ae",
  ],
  ...["/?/../secret", "/#/../secret", "/;/../secret", "/dist/%u002e%u002e/secret", "/..;/secret"],
  ...["/．．/secret", "/%ef%bc%8e%ef%bc%8e/secret", "/dist/\u2215..\u2215secret", "/MOD.TS"],
  ...["/" + "a".repeat(300), "/" + "a/".repeat(3000), "/" + "../".repeat(3000) + "secret"],
  "/" + "a".repeat(200_000),
];

Deno.test("serve: a hostile path gets a refusal, never a file that is not on the list", () =>
  inTree(async (folder) => {
    await using host = startHost({ folder: new URL(`file://${folder}/`), allow });
    for (const path of hostile) judge(path, await get(host.address, path));
    assert.equal(host.fetched.size, 0, [...host.fetched.keys()].join());
    for (const path of [...sent, "notebooks/demo/", "dist/alias.js", "mod%2ets", "mod.ts?v=1"]) {
      assert.equal((await get(host.address, `/${path}`)).status, 200, path);
    }
    assert.equal((await get(host.address, "/%E0%A4%A")).status, 400, "that is no text");

    await using all = startHost({ folder: new URL(`file://${folder}/`) });
    for (const path of hostile) {
      const { text } = await get(all.address, path);
      assert.ok(!text.includes(CANARY), `${path} gives a file from outside, or a hidden one`);
    }
    assert.equal((await get(all.address, "/tests/secret.ts")).status, 200, "without a list");
  }));

Deno.test("serve: hostile paths that are drawn", () =>
  inTree(async (folder) => {
    const part = fc.constantFrom(
      ...["..", ".", "", "...", "secret", "served", ".git", "config", ".env", "dist", "out", "up"],
      ...["tests", "secret.ts", "mod.ts", "etc", "hostname", "notebooks", "demo", ".hid", "a b"],
      ...["hidden", "unlisted", "softplus.js", "index.html", "..;", "C:", "\0", "%", "\u2215"],
    );
    const separator = fc.constantFrom(
      "/",
      "/",
      "\\",
      "//",
      "%2f",
      "%5c",
      "%252f",
      "%255c",
      "\u2215",
    );
    const escape = (text: string, times: number): string =>
      times === 0 ? text : escape(
        text.replaceAll(
          /[^]/gu,
          (sign) =>
            times > 1 && sign !== "%"
              ? sign
              : `%${sign.charCodeAt(0).toString(16).padStart(2, "0")}`,
        ),
        times - 1,
      );
    const piece = fc.tuple(part, separator, fc.integer({ min: 0, max: 2 }))
      .map(([text, between, times]) => escape(text, times) + between);
    const path = fc.array(piece, { minLength: 1, maxLength: 7 }).map((pieces) =>
      `/${pieces.join("")}`
    );
    const any = fc.string({ unit: "binary", maxLength: 30 }).map((text) => `/${text}`);
    await using host = startHost({ folder: new URL(`file://${folder}/`), allow });
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: path }, any), async (path) => {
        // A line break ends the request's first line; what follows is then no path.
        const line = path.replaceAll(/[\r\n]/g, "");
        judge(line, await get(host.address, line));
      }),
      { numRuns: 600 },
    );
  }));

Deno.test("serve: a path is decoded once, and only plain parts pass", () => {
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const path = plainPath(`/${encodeURIComponent(text.toWellFormed())}`);
    assert.ok(path === undefined || path === "index.html" || path === text);
    if (path !== undefined) assert.match(path, /^[\w.@+-]+$/);
  }));
  assert.equal(plainPath("/a/"), "a/index.html");
  for (
    const path of [
      "/a.",
      "/.a",
      "/-a",
      "/a b",
      "/a%2fb",
      "/a%5cb",
      "/%252e",
      "/%2561",
      "/a:b",
      "//a",
    ]
  ) {
    assert.equal(plainPath(path), undefined, path);
  }
  assert.deepEqual(
    ["dist", "dist/a", "distant", "mod.ts", "mod.ts/a"].filter((path) => isAllowed(path, allow)),
    ["dist/a", "mod.ts"],
  );
});
