/**
 * The client of `driver.py`: one Python process for all Python libraries, alive for a whole run.
 *
 * A request is a line of JSON and its answer another. Requests are made one at a time, for there is
 * one interpreter. When the process ends, whatever waits is rejected with what it last printed.
 */
import { fileURLToPath } from "node:url";
import type { Gap } from "../../../lab/implementation.ts";
import { linesOf } from "../../../lab/lines.ts";
import { findPython } from "./interpreter.ts";

/** What the driver answers: members depend on the request, or it is a gap. */
export type Answer = Readonly<Record<string, unknown>>;

/** A library does not do what was asked; the message is the gap in the table. */
export class DriverGap extends Error {
  override readonly name = "DriverGap";
}

interface Waiting {
  readonly what: string;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

const SCRIPT = fileURLToPath(new URL("driver.py", import.meta.url));
const CACHE = fileURLToPath(new URL("../../../.cache/numba", import.meta.url));

/** How long to wait, in milliseconds: for an answer, and for the end after the input has ended. */
export interface Patience {
  readonly answer: number;
  readonly end: number;
}

/** A first call may compile for half a minute; nothing that is measured takes so long. */
const PATIENCE: Patience = { answer: 300_000, end: 5_000 };

/** The answer in a line; undefined where it holds none. */
function answerIn(line: string): Answer | undefined {
  try {
    const answer: unknown = JSON.parse(line);
    return typeof answer === "object" && answer !== null ? answer as Answer : undefined;
  } catch {
    return undefined;
  }
}

/** A running driver. */
export class PythonDriver {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: Promise<void>;
  readonly #patience: Patience;
  #next = 0;
  #lastWords = "";
  /** Why this side ended the process. */
  #failure: string | undefined;
  #end: string | undefined;

  /**
   * Starts a driver.
   *
   * @param python the interpreter
   */
  constructor(readonly python: string, patience: Partial<Patience> = {}) {
    this.#patience = { ...PATIENCE, ...patience };
    this.#child = new Deno.Command(python, {
      args: ["-u", SCRIPT],
      // Compiled kernels are kept between runs; nothing is left beside the sources.
      env: { NUMBA_CACHE_DIR: CACHE, PYTHONDONTWRITEBYTECODE: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    // Handled where it matters: a write to a process that has ended fails, and so does the request.
    this.#input.closed.catch(() => {});
    this.#ended = this.#listen();
  }

  /** The process, for watching which of its threads work. */
  get pid(): number {
    return this.#child.pid;
  }

  /**
   * Asks for something.
   *
   * @throws {DriverGap} when a library does not do it
   * @throws {Error} when it failed, or the process has ended
   */
  async request(what: string, parameters: Answer = {}): Promise<Answer> {
    if (this.#end !== undefined) throw new Error(this.#farewell(what));
    const id = ++this.#next;
    const line = `${JSON.stringify({ id, do: what, ...parameters })}\n`;
    const { answer: most } = this.#patience;
    const timer = setTimeout(() => this.#fail(`gave no answer for ${most / 1000} s`), most);
    const answer = await new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { what, resolve, reject });
      this.#input.write(new TextEncoder().encode(line)).catch(() => {
        // The end of the process rejects what waits, with its last words.
      });
    }).finally(() => clearTimeout(timer));
    if (typeof answer["gap"] === "string") throw new DriverGap(answer["gap"]);
    if (typeof answer["error"] === "string") throw new Error(`Python: ${answer["error"]}`);
    return answer;
  }

  /** Closes its input, at which it ends, and waits for that; where it does not end, it is killed. */
  async stop(): Promise<void> {
    try {
      await this.#input.close();
    } catch {
      // It has ended already.
    }
    const timer = setTimeout(() => this.#kill(), this.#patience.end);
    await this.#ended;
    clearTimeout(timer);
  }

  async #listen(): Promise<void> {
    const answers = (async () => {
      for await (const line of linesOf(this.#child.stdout)) this.#receive(line);
    })();
    const words = (async () => {
      for await (const text of this.#child.stderr.pipeThrough(new TextDecoderStream())) {
        this.#lastWords = (this.#lastWords + text).slice(-600);
      }
    })();
    await Promise.all([answers, words]);
    const { code, signal } = await this.#child.status;
    this.#end = signal ?? `exit code ${code}`;
    for (const { what, reject } of this.#waiting.values()) reject(new Error(this.#farewell(what)));
    this.#waiting.clear();
  }

  #receive(line: string): void {
    const answer = answerIn(line);
    if (answer === undefined) return this.#fail(`said what is no answer: ${line.slice(0, 200)}`);
    const waiting = this.#waiting.get(answer["id"] as number);
    this.#waiting.delete(answer["id"] as number);
    waiting?.resolve(answer);
  }

  /** Ends the process: what it says from now on cannot be trusted. Its end rejects what waits. */
  #fail(reason: string): void {
    this.#failure ??= reason;
    this.#kill();
  }

  #kill(): void {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
  }

  #farewell(what: string): string {
    const words = this.#lastWords.trim();
    const why = this.#failure === undefined ? `ended with ${this.#end}` : this.#failure;
    return `the Python driver (${this.python}) ${why} before "${what}" was done` +
      (words ? `; it last said: ${words}` : "");
  }
}

let shared: { users: number; driver: Promise<PythonDriver | Gap> } | undefined;

/** The driver that everybody shares; started for the first, ended after the last. */
export async function acquireDriver(): Promise<PythonDriver | Gap> {
  shared ??= {
    users: 0,
    driver: findPython().then((found) =>
      typeof found === "string" ? new PythonDriver(found) : found
    ),
  };
  const mine = shared;
  mine.users++;
  try {
    return await mine.driver;
  } catch (error) {
    if (shared === mine) shared = undefined;
    throw error;
  }
}

/** Says that one user of the shared driver has finished. */
export async function releaseDriver(): Promise<void> {
  if (!shared || --shared.users > 0) return;
  const { driver } = shared;
  shared = undefined;
  const running = await driver;
  if (running instanceof PythonDriver) await running.stop();
}
