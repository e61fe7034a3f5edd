/**
 * How every figure looks, and which colour, marker and line an implementation has in all of them.
 *
 * Colours: Okabe and Ito, "Color Universal Design" (2008), told apart with every kind of colour
 * vision; their yellow is left out, which is too light for lines on white. Nobody has to rely on
 * colour: markers differ too, and line styles tell the kinds apart.
 */
import type { Axis, Layout, Trace } from "./types.ts";

/** Okabe-Ito, the strongest contrasts first. */
export const COLOURS: readonly string[] = [
  "#0072B2", // blue
  "#D55E00", // vermilion
  "#009E73", // bluish green
  "#CC79A7", // reddish purple
  "#E69F00", // orange
  "#56B4E9", // sky blue
  "#000000", // black
];

const MARKERS = [
  ...["circle", "square", "diamond", "triangle-up", "triangle-down", "x", "star", "pentagon"],
  ...["cross", "hexagon", "bowtie"],
];

/**
 * Implementations whose look is settled, so that neighbours in a figure never look alike: the
 * place in this list is the look. What is not here gets a look from its own letters.
 */
const SETTLED = [
  ...["scalar exact", "naive", "scalar fast", "Math loop", "wasm exact", "wasm fast"],
  ...["threads exact", "threads fast", "webgpu exact", "webgpu fast"],
  ...["PyTorch", "NumPy", "Numba", "SciPy", "ORT node", "ORT web", "tfjs webgpu", "tfjs"],
  ...["jax-js", "stdlib", "mathjs"],
  ...["webgpu kernel", "webgpu completion", "webgpu transfers"],
];

/** What distinguishes an implementation in a figure. */
export interface Look {
  readonly colour: string;
  readonly marker: string;
  readonly dash: string;
  readonly width: number;
}

/** What a record of a figure says about who it is of. */
export interface Drawn {
  /** The name that readers see. */
  readonly implementation: string;
  /** textbook, kit, peer, own or floor. */
  readonly kind: string;
  /** Whose look it has: rows of one library share it. Its name, where this is left out. */
  readonly family?: string;
  /** Of the kit, in figures of times; "" where both precisions are in a line. */
  readonly engine?: string;
  readonly precision?: string;
  /** Its look by number, where figures know who else is in them: {@linkcode placesOf}. */
  readonly place?: number;
}

/**
 * Places of looks for the names of a figure, such that none has the colour of another while colours
 * last, nor ever its colour and marker. Who has a settled look keeps it.
 */
export function placesOf(
  drawn: readonly Drawn[],
): ReadonlyMap<string, { readonly place?: number }> {
  const families = new Map(
    drawn.map(({ implementation, family = implementation }) => [implementation, family] as const),
  );
  const settled = [...families.values()].map((family) => SETTLED.indexOf(family));
  const taken = settled.filter((place) => place >= 0);
  const places = new Map<string, { readonly place?: number }>();
  for (const [name, family] of families) {
    if (SETTLED.includes(family)) continue;
    const free = (place: number) =>
      taken.length < COLOURS.length
        ? taken.every((other) => other % COLOURS.length !== place % COLOURS.length)
        : !taken.includes(place);
    let place = 0;
    while (!free(place)) place++;
    taken.push(place);
    places.set(name, { place });
  }
  return places;
}

/** The look of an implementation: the same in every figure, whoever else is in it. */
export function lookOf(
  { implementation, kind, family = implementation, place: given }: Drawn,
): Look {
  if (kind === "floor") return { colour: "#777777", marker: "line-ew-open", dash: "dot", width: 2 };
  const settled = SETTLED.indexOf(family);
  const place = settled >= 0 ? settled : given ?? letters(family);
  const marker = MARKERS[(place + Math.floor(place / COLOURS.length)) % MARKERS.length]!;
  return {
    colour: COLOURS[place % COLOURS.length]!,
    // The kit's markers are filled: a second sign, beside the line, that stays in black and white.
    marker: kind === "kit" ? marker : `${marker}-open`,
    dash: { kit: "solid", own: "solid", textbook: "dash" }[kind] ?? "dashdot",
    width: kind === "kit" ? 2.5 : 1.75,
  };
}

/** A number from a name: FNV-1a, 32 bits. */
function letters(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

/** Line and markers of an implementation. */
export function lineOf(drawn: Drawn): Pick<Trace, "line" | "marker" | "mode"> {
  const { colour, marker, dash, width } = lookOf(drawn);
  return {
    mode: "lines+markers",
    line: { color: colour, width, dash },
    marker: { color: colour, symbol: marker, size: 8, line: { color: colour, width: 1.5 } },
  };
}

/** The two precisions of the kit, in every figure of times. */
const PRECISION_COLOURS: Readonly<Record<string, string>> = {
  exact: "#0072B2",
  fast: "#D55E00",
};

/** The kit's engines, told apart by their markers and dashes. */
const ENGINES: Readonly<Record<string, Pick<Look, "marker" | "dash" | "width">>> = {
  wasm: { marker: "circle", dash: "solid", width: 3 },
  threads: { marker: "diamond", dash: "solid", width: 3 },
  scalar: { marker: "square", dash: "dot", width: 2 },
  webgpu: { marker: "triangle-up", dash: "solid", width: 3 },
};

/** A look of a figure of times, and the colour of its name. */
export interface TimeLook extends Look {
  readonly ink: string;
  readonly isKit: boolean;
}

/**
 * The look in figures of times, where twenty libraries stand side by side and the question is how
 * the kit stands among them: the kit in strong colours, one for each precision, the others pale.
 */
export function timeLookOf(drawn: Drawn): TimeLook {
  const look = lookOf(drawn);
  const isKit = drawn.kind === "kit";
  if (!isKit) {
    return { ...look, colour: mix(look.colour, 0.5), width: 1.25, ink: "#5a5f66", isKit };
  }
  const { engine = "", precision = "" } = drawn;
  const colour = PRECISION_COLOURS[precision] ?? look.colour;
  return { ...look, ...ENGINES[engine], colour, ink: colour, isKit };
}

/** A colour moved towards a light grey. */
function mix(colour: string, share: number): string {
  const towards = [0xc4, 0xc8, 0xce];
  const parts = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return "#" +
    parts.map((part, i) =>
      Math.round(part * (1 - share) + towards[i]! * share).toString(16).padStart(2, "0")
    ).join("");
}

/** Text and other dark parts. */
export const INK = "#222222";
const SUBTITLE = "font-size:13px;font-weight:400;color:#555555";

/** What a figure's layout is made from. */
export interface LayoutOptions {
  readonly title: string;
  /** A line below the title: what was measured, and where. */
  readonly subtitle?: string | undefined;
  readonly x: Axis;
  readonly y: Axis;
  /** Entries of the legend; it stands at the right, and a long one makes the figure higher. */
  readonly entries: number;
  readonly height?: number;
  /** Pixels at the right edge, for names that stand there; 24 if left out. */
  readonly right?: number;
}

/** The layout that all figures share. */
export function layoutOf(options: LayoutOptions): Layout {
  const { title, subtitle, x, y, entries, height = 480, right = 24 } = options;
  const fitted = Math.max(height, 130 + 22 * entries);
  return {
    width: 900,
    height: fitted,
    title: {
      text: subtitle ? `${title}<br><span style="${SUBTITLE}">${subtitle}</span>` : title,
      x: 0.015,
      xanchor: "left",
      // The baseline of the first line; "top" would mean another place when there are two lines.
      y: 1 - 32 / fitted,
      yanchor: "bottom",
      font: { size: 18, weight: 600, color: INK },
    },
    font: { family: "Source Sans 3, Source Sans Pro, Open Sans, sans-serif", size: 14, color: INK },
    margin: { l: 92, r: right, t: subtitle ? 76 : 52, b: 64 },
    paper_bgcolor: "#ffffff",
    plot_bgcolor: "#ffffff",
    hovermode: "closest",
    legend: { x: 1.02, xanchor: "left", y: 1, yanchor: "top", tracegroupgap: 0 },
    showlegend: entries > 1,
    xaxis: { ...AXIS, ...x, title: { standoff: 10, ...x.title } },
    yaxis: { ...AXIS, ...y, title: { standoff: 12, ...y.title } },
  };
}

const AXIS = {
  showline: true,
  linecolor: "#999999",
  gridcolor: "#e6e6e6",
  zeroline: false,
  ticks: "outside",
  tickcolor: "#999999",
  automargin: true,
};
