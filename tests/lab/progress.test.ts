import assert from "node:assert/strict";
import {
  duration,
  progress,
  progressLine,
  type ProgressState,
  summaryLine,
} from "../../lab/progress.ts";

const state = { label: "work", done: 5, total: 20, seconds: 10, note: "softplus" };

Deno.test("progress line: bar, count, rate, time left and note", () => {
  const line = progressLine(state);
  assert.equal(line, "work  █████░░░░░░░░░░░░░░░  5/20  2.0 s each, 30 s left  softplus");
});

Deno.test("progress line: never wider than the terminal", () => {
  for (const width of [1, 10, 40]) assert.ok(progressLine(state, width).length <= width);
});

Deno.test("progress line: no division by zero for empty work or at the start", () => {
  assert.match(progressLine({ ...state, total: 0, done: 0 }), /█{20} {2}0\/0/);
  assert.match(progressLine({ ...state, done: 0, seconds: 0 }), /░{20} {2}0\/20 {2}0.0 s/);
});

Deno.test("progress, last line: what was cut short does not look whole", () => {
  assert.equal(summaryLine({ ...state, done: 20 }), "work: 20 in 10 s");
  assert.equal(summaryLine(state), "work: 5 of 20 in 10 s");
});

Deno.test("duration: tenths, seconds, minutes", () => {
  const cases = [[0, "0.0 s"], [9.94, "9.9 s"], [9.96, "10 s"], [59.4, "59 s"], [
    59.6,
    "1 min 00 s",
  ], [185, "3 min 05 s"]] as const;
  for (const [seconds, text] of cases) assert.equal(duration(seconds), text);
});

Deno.test("progress: draws at most once per interval, and always the end", async () => {
  const drawn: ProgressState[] = [];
  const finished: ProgressState[] = [];
  let time = 0;
  const view = {
    interval: 100,
    draw: (state: ProgressState) => void drawn.push(state),
    finish: (state: ProgressState) => {
      finished.push(state);
      return Promise.resolve();
    },
  };
  const bar = progress(10, "work", view, () => time);
  for (let step = 0; step < 12; step++) {
    time += 30;
    bar.tick();
  }
  await bar.done();
  assert.deepEqual(drawn.map(({ done }) => done), [0, 4, 8, 10]);
  assert.equal(finished[0]?.done, 10, "ticks beyond the total do not overflow the bar");
});
