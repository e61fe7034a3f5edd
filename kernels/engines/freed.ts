/*
 * Arrays of `alloc` that were given back. Their memory may be another array's by now, so neither the
 * place nor the content tells: the object itself is known.
 */

const freed = new WeakSet<object>();
/** Programs that free nothing pay nothing. */
let isAny = false;

/** Notes that an array was given back. */
export function markFreed(array: object): void {
  freed.add(array);
  isAny = true;
}

/** Whether an array was given back. */
export function isFreed(array: object): boolean {
  return isAny && freed.has(array);
}

/** What is wrong with an argument that was given back. */
export function freedMessage(argument: string): string {
  return `${argument} has been freed: ${argument} must not have been given back by free or using`;
}
