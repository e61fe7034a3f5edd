/** Tries threads in the scope of a service worker, a shared worker or a worker of a page's own. */
import { threads } from "../../dist/softplus.js";

async function trial() {
  try {
    const pool = await threads({ size: 1 });
    const y = await pool.softplus(new Float32Array(300_000));
    await pool.dispose();
    return y[299_999] === Math.fround(Math.LN2) ? "right" : "wrong";
  } catch (error) {
    return `${error.name}: ${error.message}`;
  }
}

self.addEventListener("message", async ({ source }) => (source ?? self).postMessage(await trial()));
self.addEventListener("connect", async ({ ports: [port] }) => port.postMessage(await trial()));
