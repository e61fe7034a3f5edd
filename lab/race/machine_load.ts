/**
 * Whether other programs kept the machine busy, as Linux tells: whatever the processors did, less
 * what this process and its descendants did. Somebody who takes a core for some seconds makes pools
 * of threads ten times slower and leaves single threads as they are, so no ratio is safe from it.
 */
import { readdirSync, readFileSync } from "node:fs";
import { pid as own } from "node:process";

/** Cores' worth of others' work that is too much; less may be the clock's ticks. */
const TOO_MUCH = 0.25;
/** Milliseconds of a tick of these clocks, on every Linux. */
const TICK = 10;

interface Reading {
  readonly at: number;
  /** Milliseconds of work so far, by everybody and by us. */
  readonly all: number;
  readonly ours: number;
}

/** Watches what others do from one look to the next. */
export class Others {
  #last: Reading | undefined;

  /** @param root where the kernel tells; another for tests */
  constructor(readonly root = "/proc") {
    this.#last = read(root);
  }

  /** Whether others worked too much since the last look; false where nobody tells. */
  disturbed(): boolean {
    const [before, now] = [this.#last, this.#last = read(this.root)];
    if (!before || !now) return false;
    const others = now.all - before.all - (now.ours - before.ours);
    return others > TOO_MUCH * (now.at - before.at);
  }
}

function read(root: string): Reading | undefined {
  try {
    // cpu user nice system idle iowait irq softirq steal: all but the two in which nothing is done.
    const [, user, nice, system, , , irq, softirq, steal] = readFileSync(`${root}/stat`, "utf8")
      .split("\n")[0]!.split(/\s+/).map(Number);
    const ticks = user! + nice! + system! + irq! + softirq! + (steal ?? 0);
    return { at: performance.now(), all: ticks * TICK, ours: ours(root) };
  } catch {
    return undefined;
  }
}

/** Milliseconds of this process and its descendants, those that have ended included. */
function ours(root: string): number {
  const parents = new Map<number, number>();
  const taken = new Map<number, number>();
  for (const name of readdirSync(root)) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      // What follows the name, which is in parentheses and may hold anything: state, parent, ...
      const fields = readFileSync(`${root}/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
      parents.set(pid, Number(fields[1]));
      // In user and system mode; of children that have ended, the same.
      const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
      taken.set(pid, ticks * TICK);
    } catch {
      // It has just ended.
    }
  }
  const isOurs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === own || isOurs(parents.get(pid)));
  return [...taken].reduce((sum, [pid, ms]) => isOurs(pid) ? sum + ms : sum, 0);
}
