/** What a user's program does with threads, for programs that tests start or transform. */
import { softplus, threads } from "../../dist/softplus.js";

const x = new Float32Array(300_001).map((_, i) => i / 10_000 - 15);
const pool = await threads({ size: 2 });
const own = pool.alloc(Float32Array, x.length);
own.set(x);
const [plain] = await Promise.all([pool.softplus(x), pool.softplus(own, { out: own })]);
const want = softplus(x);
const isRight = want.every((value, i) => value === plain[i] && value === own[i]);
await pool.dispose();
console.log(isRight ? "right" : "wrong");
