/** The committed certificates: complete, about the sources as they are, and true where tried. */
import assert from "node:assert/strict";
import packages from "../../deno.json" with { type: "json" };
import { same } from "../../lab/floats.ts";
import { exact, ulpError } from "../../lab/oracle/mpfr.ts";
import { type Certificate, fromHex, readCertificates } from "../../lab/certify/certificate.ts";
import { sourcesOfSubject } from "../../lab/certify/sources.ts";
import { subjects } from "../../bench/certify/subjects.ts";
import { covers, subjectOf } from "../../lab/certify/subject.ts";
import { FUNCTIONS, isParts, RULES } from "../../lab/certify/types.ts";

const folder = new URL("../../bench/certificates/", import.meta.url);
const certificates = await readCertificates(folder);
const label = ({ format, function: name, subject }: Certificate) => `${format} ${name} ${subject}`;

Deno.test("certificates: one for every function, format and subject of the kit", () => {
  const want: string[] = [];
  for (const subject of subjects) {
    if (subject.kind !== "kit" || subject.machineBound) continue;
    for (const format of subject.formats) {
      for (const name of FUNCTIONS) {
        if (covers(subject, name, format)) want.push(`${format} ${name} ${subject.id}`);
      }
    }
  }
  const have = certificates.filter(({ kind }) => kind === "kit").map(label);
  assert.deepEqual(want.filter((one) => !have.includes(one)), [], "missing: deno task verify");
});

Deno.test("certificates: each is about the sources as they are", async () => {
  for (const certificate of certificates) {
    const { hash, files } = await sourcesOfSubject(subjectOf(certificate.subject));
    const message = `${
      label(certificate)
    } is stale: deno task verify --engine ${certificate.engine}`;
    assert.deepEqual(certificate.sources.files, files, message);
    assert.equal(certificate.sources.hash, hash, message);
  }
});

Deno.test("certificates: each covers what it says, and its counts agree", () => {
  const strided = certificates.find(({ method }) => method === "strided")!.inputs;
  for (const one of certificates) {
    const name = label(one);
    // Functions that are compared with their parts: every float32, and again some with each beta.
    const again = isParts(one.function) ? strided : 0;
    if (one.method === "exhaustive") assert.equal(one.inputs, 2 ** 32 + again, name);
    if (one.method === "sampled") assert.ok(one.inputs >= 1e7, name);
    if (isParts(one.function)) continue;
    if (one.method === "sampled") {
      const { decidedByMpfr, confirmedByMpfr } = one.reference;
      assert.ok(decidedByMpfr + confirmedByMpfr >= 1e6, name);
    }
    const { counts } = one.histogram;
    const wrong = one.violations.nan.count + one.violations.infinity.count;
    const sum = counts.reduce((a, b) => a + b, 0);
    assert.equal(sum + wrong, one.inputs, `${name}: histogram`);
    assert.equal(sum - counts[0]!, one.misrounded, `${name}: misrounded`);
    const { positive, negative, misroundedPositive, misroundedNegative } = one.binades;
    const worst = Math.max(...[...positive, ...negative].map((ulp) => ulp ?? 0));
    assert.ok(Math.abs(worst - one.maxUlp) <= 1e-5 * one.maxUlp, `${name}: binades`);
    const misrounded = [...misroundedPositive, ...misroundedNegative].reduce((a, b) => a + b, 0);
    assert.equal(misrounded, one.misrounded, `${name}: misrounded by binades`);
  }
});

Deno.test("certificates: one for every peer, about the versions that are pinned", () => {
  const of = (id: string) => certificates.filter(({ subject }) => subject === id);
  for (const { id, kind } of subjects) {
    if (kind === "kit" || id === "tfjs-webgpu") continue; // which needs a GPU
    assert.ok(of(id).length > 0, `${id} has none: deno task verify --engine ${id}`);
    for (const one of of(id)) assert.ok(one.call !== "", `${label(one)}: no call`);
  }
  for (const one of certificates) assert.ok(subjects.some(({ id }) => id === one.subject));
  const pins: [string, RegExp][] = [
    ["@tensorflow/tfjs-core", /^tfjs/],
    ["@jax-js/jax", /^jax-js/],
    ["@stdlib/math-base-special-log1pexp", /^stdlib/],
    ["onnxruntime-node", /^ort-node/],
    ["onnxruntime-web", /^ort-web/],
    ["mathjs", /^mathjs/],
  ];
  for (const [name, subject] of pins) {
    const pinned = (packages.imports as Record<string, string>)[name]!.split("@").at(-1)!;
    for (const one of certificates.filter((one) => subject.test(one.subject))) {
      assert.ok(one.version.startsWith(pinned), `${label(one)}: ${one.version}, now ${pinned}`);
    }
  }
});

Deno.test("certificates: those of the kit hold the promises of today", () => {
  for (const one of certificates.filter(({ kind }) => kind === "kit")) {
    const name = label(one);
    const { bound } = subjectOf(one.subject);
    assert.equal(one.verdict, "holds", name);
    assert.deepEqual(one.problems, [], name);
    for (const rule of RULES) assert.equal(one.violations[rule].count, 0, `${name}: ${rule}`);
    assert.equal(one.subnormals.flushed, 0, name);
    if (isParts(one.function)) continue;
    assert.equal(one.bound, bound!(one.function, one.format), name);
    assert.ok(one.maxUlp <= one.bound!, name);
    if (one.bound === 0.5) assert.equal(one.misrounded, 0, name);
  }
});

Deno.test("certificates: the worst inputs give what is said, on this machine too", async () => {
  for (const one of certificates) {
    if (isParts(one.function) || one.worst === null) continue;
    const [x, got, want] = [one.worst.x, one.worst.got, one.worst.want]
      .map((bits) => fromHex(bits, one.format)) as [number, number, number];
    assert.ok(same(exact(one.function, x, one.format), want), `${label(one)}: want`);
    assert.equal(ulpError(one.function, x, got, one.format), one.maxUlp, label(one));
    const subject = subjectOf(one.subject);
    if (subject.kind !== "kit" || subject.machineBound) continue;
    const loaded = await subject.load();
    assert.ok(!("gap" in loaded));
    const { unary, dispose } = loaded;
    const input = one.format === "f32" ? Float32Array.of(x) : Float64Array.of(x);
    const out = input.slice();
    await unary(one.function, one.format)!(input, out);
    await dispose?.();
    assert.ok(same(out[0]!, got), `${label(one)}: got ${out[0]} instead of ${got}`);
  }
});

Deno.test("certificates: the screens were measured on 1e7 and 1e6 inputs, and had room", async () => {
  const screen = JSON.parse(
    await Deno.readTextFile(new URL("../../lab/certify/screen.json", import.meta.url)),
  );
  for (const [format, least] of [["f32", 1e7], ["f64", 1e6]] as const) {
    for (const name of ["softplus", "sigmoid"]) {
      const { inputs, margin } = screen[format][name];
      assert.ok(inputs >= least, `${format} ${name}: ${inputs} inputs`);
      assert.ok(margin >= 2, `${format} ${name}: margin ${margin}`);
    }
  }
});
