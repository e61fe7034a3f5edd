/*
 * What is called in one turn of the microtask queue goes to the GPU in one command buffer: first
 * the kernels, in the order of the calls, then the read-backs, through one staging buffer and one
 * map. In Deno each mapAsync looks for finished work and then sleeps 10 ms, and each command
 * encoder leaves native memory until a major garbage collection: calls that are made together share
 * both.
 *
 * Two rules keep the order of the calls. A kernel that would change what is still to be read sends
 * the batch off first. And memory that is given back in the meantime goes to the pool only with the
 * submission: what is uploaded into it then comes later.
 */
import type { BufferPool } from "./buffers.ts";
import type { Piece, Work } from "./piece.ts";

const MAP_READ = 1; // GPUMapMode.READ

/** Where the bytes of a piece go. */
export interface Destination {
  readonly piece: Piece;
  /** Receives exactly the bytes of the piece. */
  receive(bytes: Uint8Array): void;
}

/** A kernel on arrays, piece by piece: of each the inputs, then the outputs. */
export interface Pass {
  readonly work: Work;
  readonly parts: readonly (readonly Piece[])[];
}

interface Read {
  readonly destinations: readonly Destination[];
  resolve(): void;
  reject(reason: unknown): void;
}

/** What a batch asks of its session. */
export interface BatchSession {
  readonly device: GPUDevice;
  readonly pool: BufferPool;
  scoped<T>(what: string, body: () => T): [T, Promise<Error | undefined>];
  encode(encoder: GPUCommandEncoder, passes: readonly Pass[]): void;
  submit(encoder: GPUCommandEncoder): void;
  giveBack(pieces: readonly Piece[]): void;
  untilLost<T>(promise: Promise<T>): Promise<T>;
}

/** What has been called and not been submitted. */
class Collected {
  readonly passes: Pass[] = [];
  readonly reads: Read[] = [];
  /** Buffers that are to be read. */
  readonly reading = new Set<GPUBuffer>();
  /** Bytes to read. */
  bytes = 0;
  /** Memory that nobody needs after this. */
  readonly released: (readonly Piece[])[] = [];
  releasedBytes = 0;
  /** What the GPU says against it; undefined when nothing. */
  readonly failure: Promise<Error | undefined>;
  settle!: (failure: Promise<Error | undefined>) => void;

  constructor() {
    this.failure = new Promise((resolve) => this.settle = resolve);
  }
}

/** Bytes to read or to give back, and kernels, after which a batch goes off. */
const full = { bytes: 2 ** 26, passes: 256 };

const words = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** The calls of a session that wait for the end of the turn. */
export class Batch {
  readonly #session: BatchSession;
  #collected: Collected | undefined;

  /** @param session whose device works */
  constructor(session: BatchSession) {
    this.#session = session;
  }

  /**
   * A kernel on memory that is known to exist; it writes the last `outputs` pieces of each part.
   *
   * @returns what the GPU says against it
   */
  compute(pass: Pass, outputs: number): Promise<Error | undefined> {
    const reading = this.#collected?.reading;
    if (reading !== undefined && reading.size > 0) {
      const changes = pass.parts.some((pieces) =>
        pieces.slice(-outputs).some(({ buffer }) => reading.has(buffer))
      );
      if (changes) this.flush();
    }
    const collected = this.#collect();
    collected.passes.push(pass);
    if (collected.passes.length >= full.passes) this.flush();
    return collected.failure;
  }

  /** Reads back; settled when the destinations have their bytes. */
  read(destinations: readonly Destination[]): Promise<void> {
    const collected = this.#collect();
    const promise = new Promise<void>((resolve, reject) => {
      collected.reads.push({ destinations, resolve, reject });
    });
    for (const { piece } of destinations) {
      collected.bytes += words(piece.bytes);
      collected.reading.add(piece.buffer);
    }
    if (collected.bytes >= full.bytes) this.flush();
    return promise;
  }

  /** Gives memory of the pool's back, after the work that was called before. */
  release(pieces: readonly Piece[]): void {
    const collected = this.#collected;
    if (collected === undefined) return this.#session.giveBack(pieces);
    collected.released.push(pieces);
    for (const { bytes } of pieces) collected.releasedBytes += bytes;
    // Large memory is needed again sooner than the turn ends.
    if (collected.releasedBytes >= full.bytes) this.flush();
  }

  /** Submits what has been collected. */
  flush(): void {
    const collected = this.#collected;
    if (collected === undefined) return;
    this.#collected = undefined;
    const { passes, reads, released } = collected;
    let idle: GPUBuffer | undefined;
    try {
      // Known to exist, it shares the command buffer of the kernels; else it must not spoil them.
      if (reads.length > 0) idle = this.#session.pool.takeIdle("staging", collected.bytes);
      const together = idle === undefined ? [] : reads;
      if (passes.length > 0 || together.length > 0) {
        const [, failure] = this.#session.scoped("webgpu", () => {
          this.#submit(passes, together, idle);
        });
        collected.settle(failure);
      } else collected.settle(Promise.resolve(undefined));
      if (reads.length > 0) void this.#finish(collected, idle);
    } catch (error) {
      if (idle) this.#session.pool.destroy(idle);
      collected.settle(Promise.resolve(error as Error));
      for (const { reject } of reads) reject(error);
    }
    for (const pieces of released) this.#session.giveBack(pieces);
  }

  #collect(): Collected {
    if (this.#collected === undefined) {
      this.#collected = new Collected();
      // Not queueMicrotask, which tests of the caller's may have put fakes in place of.
      void Promise.resolve().then(() => this.flush());
    }
    return this.#collected;
  }

  /** Waits for the copies and hands them out. Nothing is thrown: the reads are told. */
  async #finish({ reads, bytes, failure }: Collected, idle: GPUBuffer | undefined): Promise<void> {
    const { pool } = this.#session;
    let staging = idle;
    try {
      let ownFailure: Promise<Error | undefined> | undefined;
      if (staging === undefined) {
        [, ownFailure] = this.#session.scoped("webgpu", () => {
          staging = pool.make("staging", bytes);
          this.#submit([], reads, staging);
        });
      }
      const error = await failure ?? await ownFailure;
      if (error) throw error;
      // Not a moment earlier than this is settled: getMappedRange would end the process.
      await this.#session.untilLost(staging!.mapAsync(MAP_READ, 0, bytes));
    } catch (error) {
      if (staging) pool.destroy(staging);
      for (const { reject } of reads) reject(error);
      return;
    }
    const mapped = staging!.getMappedRange(0, bytes);
    let at = 0;
    for (const { destinations, resolve, reject } of reads) {
      for (const { piece, receive } of destinations) {
        try {
          receive(new Uint8Array(mapped, at, piece.bytes));
        } catch (error) {
          reject(error); // the call's own trouble: its output has lost its memory
        }
        at += words(piece.bytes);
      }
      resolve(); // does nothing after reject
    }
    staging!.unmap();
    pool.giveBack("staging", staging!);
  }

  #submit(
    passes: readonly Pass[],
    reads: readonly Read[],
    staging: GPUBuffer | undefined,
  ): void {
    const session = this.#session;
    const encoder = session.device.createCommandEncoder();
    session.encode(encoder, passes);
    let at = 0;
    for (const { destinations } of reads) {
      for (const { piece: { buffer, offset, bytes } } of destinations) {
        encoder.copyBufferToBuffer(buffer, offset, staging!, at, words(bytes));
        at += words(bytes);
      }
    }
    session.submit(encoder);
  }
}
