/** The GPU as a subject of the verification: alone, under its adapter's name. */
import assert from "node:assert/strict";
import { gpuTest } from "../support/gpu.ts";
import { type Certificate, fileOf } from "../../lab/certify/certificate.ts";
import { verify } from "../../lab/certify/run.ts";
import type { Verification } from "../../lab/certify/verification.ts";
import "../../bench/certify/subjects.ts";
import { subjectOf } from "../../lab/certify/subject.ts";

const target = { subject: "webgpu", name: "sigmoid", format: "f32" } as const;

gpuTest("verify: a GPU's certificate names its adapter, and binds no other", async (gpu) => {
  assert.ok(subjectOf("webgpu").alone, "one device, one worker");
  const folder = await Deno.makeTempDir({ prefix: "softplus-kit-" });
  try {
    // The tail on the left with its subnormal results, and NaNs of every payload.
    const plan = (quick: boolean): Verification => ({
      subjects: new URL("../../bench/certify/subjects.ts", import.meta.url).href,
      targets: [target],
      slices: [389, 511],
      quick,
      workers: 1,
      cache: `${folder}/cache`,
      certificates: folder,
    });
    const [found] = (await verify(plan(false))).findings;
    assert.deepEqual(found!.problems, []);
    const path = `${folder}/${fileOf(target)}`;
    const certificate = JSON.parse(await Deno.readTextFile(path)) as Certificate;
    assert.equal(certificate.environment.adapter, gpu.adapter);
    assert.equal(certificate.call, "webgpu.sigmoid(x, { out })");
    assert.equal(certificate.inputs, 2 * 2 ** 23);
    assert.equal(certificate.bound, 1);

    const again = async (change: Partial<Certificate>) => {
      await Deno.writeTextFile(path, JSON.stringify({ ...certificate, ...change }));
      return (await verify(plan(true))).findings[0]!;
    };
    const same = await again({});
    assert.deepEqual([same.problems, same.certified], [[], true]);
    const quick = { ...certificate.quick!, digest: "0000000000000000" };
    assert.match((await again({ quick })).problems.join(), /results are not those certified/);
    const environment = { ...certificate.environment, adapter: "another" };
    const other = await again({ quick, environment });
    assert.deepEqual([other.problems, other.certified], [[], false]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
