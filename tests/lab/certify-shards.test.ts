/** Shares of a verification: joined they are one run, and what makes no whole is named. */
import assert from "node:assert/strict";
import "../../bench/certify/subjects.ts";
import { joinShards, verify, verifyShard } from "../../lab/certify/run.ts";
import { hasSlice, type ShardContent, ShardError, writeShard } from "../../lab/certify/shard.ts";
import type { Target } from "../../lab/certify/types.ts";
import type { Verification } from "../../lab/certify/verification.ts";
import { readShards } from "../support/shards.ts";

const targets: Target[] = [
  { subject: "scalar-fast", name: "sigmoid", format: "f32" },
  { subject: "scalar-fast", name: "logSigmoid", format: "f32" },
];
// A whole slice is 8 million inputs; these visit every kind, and leave no shard of three idle.
const slices = [3, 127, 131, 255, 383, 511];

/** The certificates in a folder, but for what depends on the clock and on the number of workers. */
async function certificates(folder: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (const { name, subject, format } of targets) {
    const text = await Deno.readTextFile(`${folder}/${format}-${name}-${subject}.json`);
    const { time: _, environment: { date: __, ...machine }, ...rest } = JSON.parse(text);
    all.push({ ...rest, machine });
  }
  return all;
}

Deno.test("shards: every slice is in one of them, with its mirror image", () => {
  for (const  of of[1, 3, 64, 256]) {
    for (let slice = 0; slice < 512; slice++) {
      const having = Array.from({ length: of }, (_, index) => ({ index, of }))
        .filter((shard) => hasSlice(shard, slice));
      assert.equal(having.length, 1, `${slice} of ${of}`);
      assert.ok(hasSlice(having[0]!, slice ^ 256));
    }
  }
});

// Long: its steps share shards, which take seconds to make.
Deno.test("shards: joined they give the certificates of one run; what makes no whole is named", async (t) => {
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  const plan: Verification = {
    subjects: new URL("../../bench/certify/subjects.ts", import.meta.url).href,
    targets,
    slices,
    quick: false,
    workers: 2,
    cache: `${folder}/cache`,
    certificates: `${folder}/whole`,
  };
  const files = [0, 1, 2].map((index) => `${folder}/${index}.json`);
  const join = (paths: readonly string[]) =>
    joinShards({ ...plan, certificates: `${folder}/joined` }, paths);
  const refused = async (paths: readonly string[], ...reasons: RegExp[]) => {
    const error = await join(paths).then(() => undefined, (error: unknown) => error);
    assert.ok(error instanceof ShardError, String(error));
    for (const reason of reasons) assert.match(error.message, reason);
    await assert.rejects(
      Deno.stat(`${folder}/joined`),
      Deno.errors.NotFound,
      "nothing was written",
    );
  };
  /** A copy of a shard, changed. */
  const changed = async (index: number, change: (content: ShardContent) => ShardContent) => {
    const path = `${folder}/changed.json`;
    await writeShard(path, change((await readShards([files[index]!]))[0]!));
    return path;
  };
  const twisted = (content: ShardContent): ShardContent => ({
    ...content,
    parts: content.parts.map((part) => ({
      ...part,
      slices: part.slices.map((slice) => ({ ...slice, misrounded: slice.misrounded + 1 })),
    })),
  });
  try {
    await verify(plan);
    for (const [index, file] of files.entries()) {
      const { slices: count, gaps } = await verifyShard(plan, { index, of: 3 }, file);
      assert.ok(count > 0 && gaps.length === 0);
    }

    await t.step("a missing one", () => refused([files[0]!, files[2]!], /missing: shard 1 of 3/));
    await t.step("two missing ones", () => refused([files[1]!], /missing: shards 0, 2 of 3/));
    await t.step("none", () => refused([], /no shard was given/));
    await t.step("a file that is not there", () => {
      return refused(
        [files[0]!, `${folder}/nowhere.json`, files[2]!],
        /nowhere\.json cannot be read/,
      );
    });
    await t.step("half a file", async () => {
      const path = `${folder}/half.json`;
      await Deno.writeTextFile(path, (await Deno.readTextFile(files[1]!)).slice(0, 1000));
      await refused([files[0]!, path, files[2]!], /half\.json is damaged/, /missing: shard 1 of 3/);
    });
    await t.step("a digit that has changed", async () => {
      const path = `${folder}/digit.json`;
      const text = await Deno.readTextFile(files[1]!);
      await Deno.writeTextFile(path, text.replace('"inputs":', '"inputs":1'));
      await refused([files[0]!, path, files[2]!], /digit\.json is damaged: its content/);
    });
    await t.step("another file of JSON", async () => {
      const path = `${folder}/other.json`;
      await Deno.writeTextFile(path, '{"kind":"something else"}');
      await refused([...files, path], /other\.json is no shard/);
    });
    await t.step("one of other sources", async () => {
      const path = await changed(1, (content) => ({
        ...content,
        parts: content.parts.map((part) => ({ ...part, print: { ...part.print, subject: "x" } })),
      }));
      await refused(
        [files[0]!, path, files[2]!],
        /changed\.json does not fit.*other sources of the subject/,
      );
    });
    await t.step("all of other sources", async () => {
      const paths = await Promise.all(files.map(async (file, index) => {
        const [content] = await readShards([file]);
        const path = `${folder}/old-${index}.json`;
        await writeShard(path, {
          ...content!,
          parts: content!.parts.map((part) => ({
            ...part,
            print: { ...part.print, verifier: "x" },
          })),
        });
        return path;
      }));
      await refused(paths, /not made from these sources/);
    });
    await t.step("one that lacks a slice", async () => {
      const path = await changed(1, (content) => ({
        ...content,
        parts: content.parts.map((part) => ({ ...part, slices: part.slices.slice(1) })),
      }));
      await refused([files[0]!, path, files[2]!], /lack slices of sigmoid scalar-fast/);
    });
    await t.step("one of another number", async () => {
      const path = await changed(1, (content) => ({ ...content, shard: { index: 1, of: 4 } }));
      await refused([files[0]!, path, files[2]!], /one of 4 shards, not of 3/);
    });
    await t.step("two runs that contradict each other", async () => {
      await refused(
        [...files, await changed(1, twisted)],
        /shard 1 has other results in .*1\.json/,
      );
    });

    await t.step("all, one of them twice", async () => {
      const again = await changed(1, (content) => content);
      const { findings, gaps } = await join([files[2]!, again, ...files]);
      assert.equal(findings.length, targets.length);
      assert.deepEqual(gaps, []);
      assert.deepEqual(
        await certificates(`${folder}/joined`),
        await certificates(`${folder}/whole`),
      );
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
