/** What the accuracy notebook shows: records from certificates, figures, consequences. */
import assert from "node:assert/strict";
import {
  about,
  type Certificate,
  envelopes,
  formatCalls,
  formatRuns,
  formatTails,
  formatWorst,
  loadCertificates,
  named,
  shares,
  withoutDigits,
} from "../../bench/report/certified.ts";
import { ascend, formatTail, logLikelihoods } from "../../bench/report/consequences.ts";
import { errorMap, shareOverError } from "../../bench/report/figures.ts";

const certificates = await loadCertificates();
const kit = about(certificates, "softplus").find(({ subject }) => subject === "scalar-exact")!;

Deno.test("certified: the kit's come first, and a function's can be picked", () => {
  assert.equal(certificates[0]!.kind, "kit");
  assert.ok(about(certificates, "sigmoid", "f64").every((one) => one.function === "sigmoid"));
  assert.equal(kit.inputs, 2 ** 32);
});

Deno.test("certified: envelopes and shares say what the certificate says", () => {
  const points = envelopes([kit]);
  assert.equal(points.length, 2 * 255);
  assert.ok(Math.abs(Math.max(...points.map(({ ulp }) => ulp)) - kit.maxUlp) < 1e-5);
  assert.deepEqual(shares([kit]).map(({ share }) => share), [0]);
  const made: Certificate = {
    ...kit,
    inputs: 8,
    histogram: { edges: [0.5, 1, 2 ** 22, 2 ** 24], counts: [4, 2, 0, 2] },
  };
  assert.deepEqual(shares([made]).map(({ share }) => share), [0.5, 0.25, 0.25, 0]);
  assert.equal(withoutDigits(made), 2);
});

Deno.test("certified: tables name the function, the subject and a witness", () => {
  const text = formatWorst(about(certificates, "sigmoid"));
  assert.match(text, /sigmoid f32 {2}scalar exact +0\.5000 +0 .*x = 0x[0-9a-f]{8} \(/);
  assert.match(formatRuns([kit]), /4,294,967,296 \(exhaustive\)/);
});

Deno.test("certified: the figure over errors, with what is 0 at its lower edge", () => {
  const curve = shareOverError([
    { implementation: "a", kind: "kit", ulp: 0.5, share: 0.25 },
    { implementation: "a", kind: "kit", ulp: 1, share: 0 },
  ]);
  assert.deepEqual(curve.data[0]!.x, [0.5, 1]);
  assert.ok((curve.data[0]!.y[1] as number) > 0, "0 is drawn at the lower edge");
});

Deno.test("certified: the map of errors has a colour for each class, and runs without gaps", () => {
  const wrong: Certificate = {
    ...kit,
    binades: { ...kit.binades, wrongPositive: kit.binades.positive.map((_, i) => i > 250 ? 1 : 0) },
  };
  const point = { implementation: "b", kind: "peer" };
  const { data } = errorMap([
    ...envelopes([wrong]),
    { ...point, negative: true, exponent: -28, ulp: 3 },
    { ...point, negative: false, exponent: -28, ulp: 3 },
  ]);
  const [half, none] = [data[0]!, data.at(-1)!];
  assert.deepEqual([half.name, none.name], ["½, the least there is", "no digit right"]);
  // From the left edge to where the wrong ones begin is one bar; they are another.
  assert.deepEqual([half.x.length, none.x.length], [1, 1]);
  assert.equal(half.base![0]! + half.x[0]!, none.base![0]!);
  assert.deepEqual(data.map(({ x }) => x.length), [1, 0, 0, 1, 0, 0, 0, 1]);
  assert.deepEqual(data[3]!.base, [-1.5], "-1 and 1 are neighbours");
  assert.deepEqual(data[3]!.x, [3]);
});

Deno.test("certified: tables of calls and tails", () => {
  const naive = certificates.filter(({ subject }) => subject === "naive");
  assert.match(formatCalls(naive), /softplus f32 {2}naive .*log\(1 \+ exp\(-\|x\|\)\)/);
  assert.match(formatTails(naive), /softplus {2}naive +-8 on +([\d,]+) +\1/);
  assert.deepEqual(named(naive, "naive"), naive);
});

Deno.test("consequences: the textbook loses the tail, the likelihood and the slope", () => {
  const lines = formatTail([-10, -17, -89]).split("\n");
  assert.match(lines[2]!, /-17 +0 +4\.1399e-8 +4\.1399e-8 +4\.1399e-8/);
  assert.match(lines[3]!, /-89 +0 +2\.2274e-39 +2\.2274e-39 +0 +2\.2274e-39/);
  const { textbook, kit, infinite, samples } = logLikelihoods(40);
  assert.equal(textbook, -Infinity);
  assert.ok(Number.isFinite(kit) && infinite > 0 && infinite < samples);
  const mild = logLikelihoods(2);
  assert.equal(mild.infinite, 0);
  assert.ok(Math.abs(mild.textbook / mild.kit - 1) < 1e-4, "where nothing is lost they agree");
  const { kit: good, textbook: bad } = ascend(-30);
  assert.ok(good.w > 0 && good.slope < 1);
  assert.equal(bad.w, Infinity);
});
