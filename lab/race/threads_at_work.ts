/** How many threads work on something: seen, not asked. A library may say two and use one. */
import { readdirSync, readFileSync } from "node:fs";
import { cpuUsage } from "node:process";

/**
 * A thread that ran for less than this share of the busiest one's time only waited, spinning. Two
 * workers that have one core between them run for half of the time each.
 */
const SHARE = 0.25;

type Work = () => void | number | Promise<void | number>;

/**
 * Runs work and counts the threads of a process that did it, by the time that the scheduler gave
 * each (Linux). Elsewhere it is the processor time over the time on the wall, rounded.
 *
 * A compiler or a collector at work beside it counts as well, and a thread that got no core does
 * not: the work is run twice, and where the two counts differ once more; the middle one is told.
 *
 * @param work takes some 30 ms at least, and may say how much processor time it took, in
 * nanoseconds, if it took it in another process
 */
export async function threadsAtWork(pid: number | "self", work: Work): Promise<number> {
  const counts = [await countOnce(pid, work), await countOnce(pid, work)];
  if (counts[0] === counts[1]) return counts[0]!;
  counts.push(await countOnce(pid, work));
  return counts.sort((a, b) => a - b)[1]!;
}

async function countOnce(pid: number | "self", work: Work): Promise<number> {
  const [before, cpu, wall] = [scheduled(pid), cpuUsage(), performance.now()];
  const told = await work();
  const elapsed = performance.now() - wall;
  const after = scheduled(pid);
  if (before && after) {
    const taken = [...after].map(([thread, ns]) => ns - (before.get(thread) ?? 0));
    const busiest = Math.max(...taken);
    return taken.filter((ns) => ns >= SHARE * busiest).length;
  }
  const { user, system } = cpuUsage(cpu);
  const used = told ?? (user + system) * 1000;
  return Math.max(1, Math.round(used / 1e6 / elapsed));
}

/** Nanoseconds on a processor of every thread of a process; undefined where nobody tells. */
function scheduled(pid: number | "self"): Map<string, number> | undefined {
  const threads = new Map<string, number>();
  try {
    for (const name of readdirSync(`/proc/${pid}/task`)) {
      try {
        const text = readFileSync(`/proc/${pid}/task/${name}/schedstat`, "utf8");
        threads.set(name, Number(text.split(" ")[0]));
      } catch {
        // It has just ended.
      }
    }
  } catch {
    return undefined;
  }
  return threads.size > 0 ? threads : undefined;
}
