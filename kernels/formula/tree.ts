/*
 * A formula as a tree in which equal subtrees are one object: shared work is found by `===`.
 *
 * Nothing is simplified here: what is written is what stands in the tree.
 */
import type { PrimitiveName } from "./primitives.ts";

/** A number, an input, a parameter, or an operation on trees. */
export type Tree =
  | NumberTree
  | { readonly kind: "input"; readonly name: string; readonly place: number; readonly id: number }
  | {
    readonly kind: "parameter";
    readonly name: string;
    readonly place: number;
    readonly id: number;
  }
  | OperationTree;

/** A number as written; -0 and 0 are different ones. */
export interface NumberTree {
  readonly kind: "number";
  readonly value: number;
  readonly id: number;
}

/** An operation. Comparisons are operands of `where` alone. */
export interface OperationTree {
  readonly kind: "operation";
  readonly name: PrimitiveName;
  readonly operands: readonly Tree[];
  readonly id: number;
}

/** Trees by what they are made of; one that nobody holds any longer may go. */
const trees = new Map<string, WeakRef<Tree>>();
const gone = new FinalizationRegistry<string>((key) => {
  if (trees.get(key)?.deref() === undefined) trees.delete(key);
});
let ids = 0;

function once<T extends Tree>(key: string, make: (id: number) => T): T {
  const known = trees.get(key)?.deref();
  if (known !== undefined) return known as T;
  const tree = make(ids++);
  trees.set(key, new WeakRef(tree));
  gone.register(tree, key);
  return tree;
}

/** The tree of a number. */
export function number(value: number): NumberTree {
  const key = Object.is(value, -0) ? "-0" : String(value);
  return once(key, (id) => ({ kind: "number", value, id }));
}

/** The tree of the array argument at a place. */
export function input(name: string, place: number): Tree {
  return once(`i${place} ${name}`, (id) => ({ kind: "input", name, place, id }));
}

/** The tree of the scalar argument at a place. */
export function parameter(name: string, place: number): Tree {
  return once(`p${place} ${name}`, (id) => ({ kind: "parameter", name, place, id }));
}

/** The tree of an operation. */
export function operation(name: PrimitiveName, ...operands: Tree[]): OperationTree {
  const key = `${name} ${operands.map(({ id }) => id).join(" ")}`;
  return once(key, (id) => ({ kind: "operation", name, operands, id }));
}

/** Every tree within one, each once, operands before what they are operands of. */
export function within(tree: Tree): Tree[] {
  const found = new Set<Tree>();
  const stack: { tree: Tree; entered: boolean }[] = [{ tree, entered: false }];
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if (found.has(top.tree)) continue;
    if (top.entered || top.tree.kind !== "operation") {
      found.add(top.tree);
      continue;
    }
    stack.push({ tree: top.tree, entered: true });
    for (const operand of top.tree.operands.toReversed()) {
      stack.push({ tree: operand, entered: false });
    }
  }
  return [...found];
}

/** A tree in which each of `from` is replaced. Operands are replaced first; long trees need no stack. */
export function replaced(tree: Tree, from: ReadonlyMap<Tree, Tree>): Tree {
  const made = new Map<Tree, Tree>();
  for (const one of within(tree)) {
    const known = from.get(one);
    if (known !== undefined) made.set(one, known);
    else if (one.kind !== "operation") made.set(one, one);
    else {
      const operands = one.operands.map((operand) => made.get(operand)!);
      const isSame = operands.every((operand, k) => operand === one.operands[k]);
      made.set(one, isSame ? one : operation(one.name, ...operands));
    }
  }
  return made.get(tree)!;
}
