/** Trees: equal ones are one object, and long ones need no stack. */
import assert from "node:assert/strict";
import {
  input,
  number,
  operation,
  parameter,
  replaced,
  within,
} from "../../kernels/formula/tree.ts";

const x = input("x", 0);

Deno.test("trees: what is written alike is one object, what differs is not", () => {
  const make = () => operation("mul", x, operation("tanh", operation("softplus", x)));
  assert.equal(make(), make());
  assert.notEqual(operation("sub", x, number(1)), operation("sub", number(1), x));
  assert.notEqual(number(0), number(-0));
  assert.equal(number(NaN), number(NaN));
  // A name may look like the key of something else.
  const others = [input("x", 1), input("y", 0), parameter("x", 0), input("0 x", 0), number(0)];
  assert.equal(new Set([x, ...others]).size, others.length + 1);
});

Deno.test("trees: each part is visited once, operands first", () => {
  const shared = operation("exp", x);
  const tree = operation("div", shared, operation("add", shared, number(1)));
  const parts = within(tree);
  assert.deepEqual(new Set(parts), new Set([x, shared, number(1), tree, ...tree.operands]));
  assert.equal(parts.length, 5);
  for (const [at, part] of parts.entries()) {
    if (part.kind !== "operation") continue;
    for (const operand of part.operands) assert.ok(parts.indexOf(operand) < at);
  }
});

Deno.test("trees: parts are replaced everywhere, and what has none stays the same object", () => {
  const shared = operation("exp", x);
  const tree = operation("div", shared, operation("add", shared, number(1)));
  const y = input("y", 1);
  const expected = operation("div", y, operation("add", y, number(1)));
  assert.equal(replaced(tree, new Map([[shared, y]])), expected);
  assert.equal(replaced(tree, new Map([[y, x]])), tree);
});

Deno.test("trees: a hundred thousand operations deep", () => {
  let deep = operation("neg", x);
  for (let i = 1; i < 100_000; i++) deep = operation("neg", deep);
  assert.equal(within(deep).length, 100_001);
  const other = replaced(deep, new Map([[x, number(2)]]));
  assert.equal(within(other)[0], number(2));
});
