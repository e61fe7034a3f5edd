/*
 * Read-backs, and the small calls before them, in one submission with one map. In Deno each
 * mapAsync looks for finished work and then sleeps 10 ms; calls that are made together share one
 * such sleep, one command buffer and one staging buffer.
 *
 * A batch collects what comes in one turn of the microtask queue. Whatever could change what is to
 * be read flushes it first.
 */
import type { Piece, Session, Work } from "./session.ts";

const MAP_READ = 1; // GPUMapMode.READ

/** Where the bytes of a piece go. */
export interface Destination {
  readonly piece: Piece;
  /** Receives exactly the bytes of the piece. */
  receive(bytes: Uint8Array): void;
}

/** Something to read back, and what to compute before. */
export interface Job {
  readonly destinations: readonly Destination[];
  /** Inputs, then outputs. */
  readonly compute?: { readonly work: Work; readonly pieces: readonly Piece[] };
}

interface Pending {
  readonly job: Job;
  resolve(): void;
  reject(reason: unknown): void;
}

/** Bytes after which a batch goes off. */
const full = 2 ** 26;

const words = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** The read-backs of a session. */
export class Batch {
  readonly #session: Session;
  #pending: Pending[] = [];
  #bytes = 0;

  /** @param session whose device works */
  constructor(session: Session) {
    this.#session = session;
  }

  /** Computes and reads back; settled when the destinations have their bytes. */
  add(job: Job): Promise<void> {
    const { promise, resolve, reject } = withResolvers();
    if (this.#pending.length === 0) queueMicrotask(() => this.flush());
    this.#pending.push({ job, resolve, reject });
    for (const { piece } of job.destinations) this.#bytes += words(piece.bytes);
    if (this.#bytes >= full) this.flush();
    return promise;
  }

  /** Submits what has been collected. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    const bytes = this.#bytes;
    this.#pending = [];
    this.#bytes = 0;
    this.#run(pending, bytes).then(
      () => pending.forEach(({ resolve }) => resolve()),
      (error) => pending.forEach(({ reject }) => reject(error)),
    );
  }

  async #run(pending: readonly Pending[], bytes: number): Promise<void> {
    const { pool } = this.#session;
    let staging: GPUBuffer | undefined;
    try {
      const [, failure] = this.#session.scoped("webgpu", () => {
        staging = pool.take("staging", bytes);
        this.#submit(pending, staging);
      });
      const error = await failure;
      if (error) throw error;
      // Not a moment earlier than this is settled: getMappedRange would end the process.
      await this.#session.untilLost(staging!.mapAsync(MAP_READ, 0, bytes));
    } catch (error) {
      if (staging) pool.destroy(staging);
      throw error;
    }
    const mapped = staging!.getMappedRange(0, bytes);
    let at = 0;
    for (const { job, reject } of pending) {
      try {
        for (const { piece, receive } of job.destinations) {
          receive(new Uint8Array(mapped, at, piece.bytes));
          at += words(piece.bytes);
        }
      } catch (error) {
        reject(error); // the job's own trouble: its output has lost its memory
      }
    }
    staging!.unmap();
    pool.giveBack("staging", staging!);
  }

  #submit(pending: readonly Pending[], staging: GPUBuffer): void {
    const { device } = this.#session;
    const encoder = device.createCommandEncoder();
    const computing = pending.flatMap(({ job }) => job.compute ?? []);
    if (computing.length > 0) {
      const pass = this.#session.beginPass(encoder);
      for (const { work, pieces } of computing) this.#session.dispatch(pass, work, pieces);
      pass.end();
    }
    let at = 0;
    for (const { job } of pending) {
      for (const { piece } of job.destinations) {
        encoder.copyBufferToBuffer(piece.buffer, piece.offset, staging, at, words(piece.bytes));
        at += words(piece.bytes);
      }
    }
    this.#session.submit(encoder);
  }
}

/** Promise.withResolvers, which older runtimes lack. */
function withResolvers(): {
  promise: Promise<void>;
  resolve: () => void;
  reject: (reason: unknown) => void;
} {
  let resolve!: () => void;
  let reject!: (reason: unknown) => void;
  const promise = new Promise<void>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
