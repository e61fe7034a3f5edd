/**
 * Some libraries, finding what looks like Node, put Node's classes where the web's were: its
 * `Worker` takes no URLs, and the next library that wants a worker fails. So what a library does to
 * the globals while it loads is undone.
 */

/** Runs work and puts every global back that it replaced; names that are new stay. */
export async function keepingGlobals<T>(work: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptors(globalThis);
  try {
    return await work();
  } finally {
    for (const [name, descriptor] of Object.entries(before)) {
      const now = Object.getOwnPropertyDescriptor(globalThis, name);
      const same = now && now.value === descriptor.value && now.get === descriptor.get;
      if (!same && descriptor.configurable) Object.defineProperty(globalThis, name, descriptor);
    }
  }
}
