/** A job in the table, beside which nobody works but the test; and what workers know of memories. */
import assert from "node:assert/strict";
import { Job, stepOf } from "../../../kernels/engines/threads/job.ts";
import { Memories } from "../../../kernels/engines/threads/memories.ts";
import {
  entryAt,
  field,
  type MemoryMessage,
  mostPieces,
  piece,
} from "../../../kernels/engines/threads/protocol.ts";

/** A job of three pieces, at which the calling thread fails if told so. */
function aJob({ isRepeatable, fails = -1, finish = () => {} }: {
  isRepeatable: boolean;
  fails?: number;
  finish?: () => void;
}) {
  const table = new Int32Array(new SharedArrayBuffer(4 * entryAt(1, 0)));
  const x = new Float32Array(3 * 8192);
  const computed: number[] = [];
  const settled: unknown[] = [];
  const begin = () =>
    new Job(table, 0, 0, {
      kernel: 0,
      beta: 1,
      wide: false,
      memory: 1,
      inputs: [x],
      outputs: [x],
      count: x.length,
      step: 8192,
      compute(begin) {
        if (begin === fails) throw new Error("out of luck");
        computed.push(begin);
      },
      finish,
      settled: (error) => void settled.push(error),
      isRepeatable,
    });
  const job = begin();
  /** As a worker does it; false where the piece is not free. */
  const claim = (number: number, id: number): boolean =>
    Atomics.compareExchange(table, field.words + number, piece.free, id) === piece.free;
  const end = (number: number, result: number) =>
    Atomics.store(table, field.words + number, result);
  return { table, begin, job, claim, end, computed, settled };
}

Deno.test("a job: the piece of a worker that has ended is computed again, out of place", () => {
  const { job, claim, computed, settled } = aJob({ isRepeatable: true });
  assert.ok(claim(1, 7) && !claim(1, 8));
  while (job.computeHere());
  assert.deepEqual(computed, [0, 16384]);
  assert.ok(!job.isDone);
  job.reclaim(8);
  assert.ok(!job.isDone, "that was another worker");
  job.reclaim(7);
  assert.deepEqual(computed, [0, 16384, 8192]);
  assert.ok(job.isDone);
  job.settle();
  assert.deepEqual(settled, [undefined]);
});

Deno.test("a job: in place, the piece of a worker that has ended is an error", () => {
  const { job, claim } = aJob({ isRepeatable: false });
  assert.ok(claim(2, 7));
  while (job.computeHere());
  job.reclaim(7);
  assert.ok(job.isDone);
  assert.match(String(job.failure), /a worker ended while it computed in place/);
});

Deno.test("a job: the piece that a worker has asked for and not taken is the calling thread's", () => {
  const { table, job, computed } = aJob({ isRepeatable: false });
  Atomics.add(table, field.next, 1);
  while (job.computeHere());
  assert.deepEqual(computed, [8192, 16384, 0]);
  assert.ok(job.isDone);
});

Deno.test("a job: an error on the calling thread; who is at work may end, nobody begins", () => {
  const { job, claim, end, computed, settled } = aJob({ isRepeatable: false, fails: 0 });
  assert.ok(claim(1, 7));
  assert.ok(job.computeHere());
  assert.equal((job.failure as Error).message, "out of luck");
  assert.ok(!claim(2, 8));
  while (job.computeHere());
  assert.ok(!job.isDone, "the worker still writes");
  end(1, piece.done);
  assert.ok(job.isDone);
  job.settle();
  assert.deepEqual(settled, [job.failure]);
  assert.deepEqual(computed, []);
});

Deno.test("a job that has failed is not finished: out stays as it is", () => {
  for (const fails of [-1, 8192]) {
    let finished = 0;
    const { job } = aJob({ isRepeatable: true, fails, finish: () => finished++ });
    while (job.computeHere());
    assert.ok(job.isDone);
    job.settle();
    assert.equal(finished, fails < 0 ? 1 : 0);
  }
});

Deno.test("a job that is done leaves its entry to the next one", () => {
  const first = aJob({ isRepeatable: true });
  while (first.job.computeHere());
  first.job.settle();
  const next = first.begin();
  assert.ok(!first.job.computeHere() && first.job.isDone);
  first.job.abandon(new Error("late"));
  assert.ok(!next.isDone && next.computeHere());
  assert.deepEqual(first.computed, [0, 8192, 16384, 0]);
});

Deno.test("pieces are multiples of 32, and not more than the table holds", () => {
  for (const count of [32, 8192, 8224, 8192 * 2048, 16_800_160, 2 ** 30, 2 ** 30 - 32]) {
    const step = stepOf(count);
    assert.equal(step % 32, 0, `${count}`);
    assert.ok(Math.ceil(count / step) <= mostPieces, `${count}`);
  }
});

Deno.test("a job: a worker fails at a piece", () => {
  const { job, claim, end } = aJob({ isRepeatable: true });
  assert.ok(claim(1, 7));
  while (job.computeHere());
  end(1, piece.failed);
  assert.ok(job.isDone && job.hasFailed);
});

Deno.test("memories have numbers, and are told of once", () => {
  const sent: MemoryMessage[] = [];
  const known = new Memories((message) => void sent.push(message));
  const memories = [0, 0].map(() =>
    new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true })
  );
  assert.deepEqual(memories.map((memory) => known.idOf(memory)), [1, 2]);
  assert.deepEqual(memories.map((memory) => known.idOf(memory)), [1, 2]);
  assert.deepEqual(sent, memories.map((memory, k) => ({ id: k + 1, memory })));
  assert.deepEqual(known.all(), sent);
});
