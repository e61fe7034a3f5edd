/**
 * A progress bar for long work. It finds out where it runs: a terminal gets one line that is
 * drawn again, a log gets a plain line every few seconds, a notebook gets an HTML bar.
 *
 * A bar in a notebook is drawn by messages, so work that never awaits anything shows only its end.
 */
import { stderr } from "node:process";

/** A piece of work under way. */
export interface Progress {
  /** Reports that `steps` more steps are done, one if left out. */
  tick(steps?: number): void;
  /** Says what is being done now. */
  note(text: string): void;
  /** Ends the bar. Resolves when a notebook has got all of it. */
  done(): Promise<void>;
}

/** What a bar shows at one moment. */
export interface ProgressState {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  readonly seconds: number;
  readonly note: string;
}

/** Where a bar is drawn, and how often. */
export interface ProgressView {
  /** Milliseconds from one drawing to the next. */
  readonly interval: number;
  draw(state: ProgressState): void;
  finish(state: ProgressState): Promise<void>;
}

/** Starts a progress bar over `total` steps. */
export function progress(
  total: number,
  label: string,
  view: ProgressView = viewHere(),
  now: () => number = () => performance.now(),
): Progress {
  const start = now();
  let drawn = -Infinity;
  let done = 0;
  let note = "";
  const state = (): ProgressState => ({ label, done, total, seconds: (now() - start) / 1e3, note });
  const draw = () => {
    if (now() - drawn < view.interval) return;
    drawn = now();
    view.draw(state());
  };
  draw();
  return {
    tick(steps = 1) {
      done = Math.min(total, done + steps);
      draw();
    },
    note(text) {
      note = text;
      draw();
    },
    done() {
      note = "";
      return view.finish(state());
    },
  };
}

/** The bar as one line of text, at most `width` characters long. */
export function progressLine(state: ProgressState, width = 80): string {
  const { label, done, total, note } = state;
  const filled = Math.round(fraction(state) * 20);
  const bar = "█".repeat(filled) + "░".repeat(20 - filled);
  const line = [label, bar, `${done}/${total}`, times(state), note]
    .filter((part) => part !== "").join("  ");
  return line.length > width ? line.slice(0, width - 1) + "…" : line;
}

/** The bar's last line. */
export function summaryLine({ label, done, total, seconds }: ProgressState): string {
  const count = done === total ? `${total}` : `${done} of ${total}`;
  return `${label}: ${count} in ${duration(seconds)}`;
}

/** Seconds for people: `0.4 s`, `12 s`, `3 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

function fraction({ done, total }: ProgressState): number {
  return total > 0 ? done / total : 1;
}

function times(state: ProgressState): string {
  const { done, seconds } = state;
  // An estimate from the first moments would only mislead.
  if (done === 0 || seconds < 1) return duration(seconds);
  const rate = done / seconds;
  const speed = rate >= 1 ? `${rate.toFixed(rate < 10 ? 1 : 0)}/s` : `${duration(1 / rate)} each`;
  return `${speed}, ${duration((state.total - done) / rate)} left`;
}

function viewHere(): ProgressView {
  return notebookView() ?? (stderr.isTTY ? terminalView() : logView());
}

function terminalView(): ProgressView {
  const width = () => stderr.columns || 80;
  return {
    interval: 100,
    draw: (state) => void stderr.write(`\r${progressLine(state, width() - 1)}\x1b[K`),
    finish(state) {
      stderr.write(`\r${summaryLine(state)}\x1b[K\n`);
      return Promise.resolve();
    },
  };
}

function logView(): ProgressView {
  return {
    interval: 5000,
    draw: (state) => console.error(progressLine(state, 160)),
    finish(state) {
      console.error(summaryLine(state));
      return Promise.resolve();
    },
  };
}

function notebookView(): ProgressView | undefined {
  let jupyter: typeof Deno.jupyter;
  try {
    jupyter = Deno.jupyter; // Throws outside of a notebook, and where there is no Deno.
  } catch {
    return undefined;
  }
  const display_id = crypto.randomUUID();
  let sent: Promise<unknown> | undefined;
  const send = (text: string, html: string) => {
    const bundle = { "text/plain": text, "text/html": html };
    const update = sent !== undefined;
    // One after the other: a late message must not undo a later one.
    sent = (sent ?? Promise.resolve()).then(() =>
      jupyter.display(bundle, { raw: true, display_id, update })
    );
  };
  return {
    interval: 250,
    draw(state) {
      const text = [times(state), state.note].filter((part) => part !== "").join("  ");
      send(
        progressLine(state),
        `<div>${escape(state.label)} <progress value="${state.done}" max="${state.total}">` +
          `</progress> ${state.done}/${state.total} ${escape(text)}</div>`,
      );
    },
    async finish(state) {
      send(summaryLine(state), `<div>${escape(summaryLine(state))}</div>`);
      await sent;
    },
  };
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
