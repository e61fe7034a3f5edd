/** The kit against each peer: how many times as long the peer takes. */
import { decadeAxis, numberLabel } from "../../../lab/figures/axes.ts";
import { quartileBars, type Titles } from "../../../lab/figures/sizes.ts";
import { COLOURS, INK, layoutOf } from "../../../lab/figures/theme.ts";
import type { Axis, Figure, Mark, Trace } from "../../../lab/figures/types.ts";

/** A peer against one precision of the kit; `bench/report/contenders.ts` makes them. */
export interface PeerRatioRow {
  readonly peer: string;
  readonly precision: string;
  readonly wrong: boolean;
  readonly n: number;
  readonly median: number;
  readonly q1: number;
  readonly q3: number;
}

const PRECISIONS = ["exact", "fast"] as const;

/** A line for each peer, the fastest on top; right of 1 the kit is faster. */
export function speedUpOverPeers(rows: readonly PeerRatioRow[], titles: Titles = {}): Figure {
  const peers = inOrder(rows);
  const wrong = new Set(rows.filter((row) => row.wrong).map(({ peer }) => peer));
  const n = rows[0]?.n;
  const mark = wrong.size > 0 ? "†: 0 or ∞ somewhere where the answer is neither" : "";
  const layout = layoutOf({
    title: titles.title ?? `The kit against each peer${n ? `, ${n} × ${n}` : ""}`,
    subtitle: [titles.subtitle, mark].filter(Boolean).join("; ") || undefined,
    x: ratioAxis(rows),
    y: {
      title: { text: "" },
      tickvals: peers.map((_, i) => i),
      ticktext: peers.map((peer) => wrong.has(peer) ? `${peer} †` : peer),
      range: [-0.6, peers.length - 0.4],
    },
    entries: 2,
    height: 190 + 36 * peers.length,
    right: 40,
  });
  const one = { type: "line", yref: "paper", x0: 1, x1: 1, y0: 0, y1: 1, line: { color: INK } };
  return {
    data: PRECISIONS.map((_, k) => dots(rows, peers, k)),
    layout: {
      ...layout,
      shapes: [one],
      annotations: rows.length > 0 ? [...numbers(rows, peers), ...sides()] : [NOTHING],
      legend: { orientation: "h", x: 0, xanchor: "left", y: -70 / (36 * peers.length + 40) },
    },
  };
}

/** The peers, the one that takes longest first: the lowest line. */
function inOrder(rows: readonly PeerRatioRow[]): string[] {
  const least = new Map<string, number>();
  for (const { peer, median } of rows) {
    least.set(peer, Math.min(least.get(peer) ?? Infinity, median));
  }
  return [...least].sort(([, a], [, b]) => b - a).map(([peer]) => peer);
}

/** Where the dot of a peer and a precision stands. */
function heightOf(peers: readonly string[], peer: string, k: number): number {
  return peers.indexOf(peer) + (k - 0.5) * 0.46;
}

function ratioAxis(rows: readonly PeerRatioRow[]): Axis {
  const values = rows.flatMap(({ q1, q3 }) => [q1, q3]);
  return decadeAxis("time of the peer / time of the kit (median, quartiles)", [
    ...values,
    1,
    // Room for the numbers, on either side of 1.
    1.25 * Math.max(1, ...values),
    Math.min(1, ...values) / 1.25,
  ], numberLabel);
}

function dots(rows: readonly PeerRatioRow[], peers: readonly string[], k: number): Trace {
  const precision = PRECISIONS[k]!;
  const own = rows.filter((row) => row.precision === precision);
  return {
    type: "scatter",
    name: `softplus-kit ${precision}`,
    mode: "markers",
    x: own.map(({ median }) => median),
    y: own.map(({ peer }) => heightOf(peers, peer, k)),
    marker: {
      color: COLOURS[k]!,
      symbol: k === 0 ? "circle" : "diamond",
      size: 10,
      line: { color: COLOURS[k]!, width: 1 },
    },
    error_x: quartileBars(own.map(({ q1, median, q3 }) => [q1, median, q3]), COLOURS[k]!),
    text: own.map(({ peer }) => peer),
    hovertemplate: `%{text} takes %{x:.3g} times as long<extra>${precision}</extra>`,
  };
}

/** A number beside each bar, on the side away from the line at 1. */
function numbers(rows: readonly PeerRatioRow[], peers: readonly string[]): Mark[] {
  return PRECISIONS.flatMap((precision, k) =>
    rows.filter((row) => row.precision === precision).map(({ peer, q1, median, q3 }): Mark => ({
      ...(q3 < 1
        ? { x: Math.log10(q1), xanchor: "right", xshift: -8 }
        : { x: Math.log10(q3), xanchor: "left", xshift: 8 }),
      y: heightOf(peers, peer, k),
      text: `${median.toPrecision(median < 10 ? 2 : 3)} ×`,
      showarrow: false,
      font: { size: 12, color: COLOURS[k]! },
    }))
  );
}

/** What either side of the line at 1 means. */
function sides(): Mark[] {
  const texts = [["← the peer is faster", "right", -8], [
    "the kit is faster →",
    "left",
    8,
  ]] as const;
  return texts.map(([text, xanchor, xshift]): Mark => ({
    text,
    x: 0,
    xanchor,
    xshift,
    yref: "paper",
    y: 1,
    yanchor: "bottom",
    showarrow: false,
    font: { size: 12, color: "#555555" },
  }));
}

const NOTHING: Mark = {
  xref: "paper",
  yref: "paper",
  x: 0.5,
  y: 0.5,
  showarrow: false,
  text: "not measured in this run",
};
