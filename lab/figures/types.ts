/** The part of Plotly's figures that the kit uses, typed. A figure is plain data. */

/** Quartiles around a point, as distances from it. */
export interface ErrorBars {
  readonly type: "data";
  readonly symmetric: false;
  readonly array: readonly number[];
  readonly arrayminus: readonly number[];
  readonly thickness: number;
  readonly width: number;
  readonly color: string;
}

/** A line, markers, or bars. */
export interface Trace {
  readonly type: "scatter" | "bar";
  readonly name: string;
  readonly x: readonly number[];
  readonly y: readonly (number | string | null)[];
  readonly mode?: "lines" | "markers" | "lines+markers";
  readonly orientation?: "h";
  readonly line?: {
    readonly color: string;
    readonly width: number;
    readonly dash: string;
    /** False keeps every point of a curve; Plotly would leave out what it finds straight. */
    readonly simplify?: false;
  };
  readonly marker?: {
    readonly color: string | readonly string[];
    readonly symbol?: string | readonly string[];
    readonly size?: number;
    readonly line?: { readonly color: string | readonly string[]; readonly width: number };
  };
  readonly error_x?: ErrorBars;
  readonly error_y?: ErrorBars;
  /** Where bars begin; `x` is then their length. */
  readonly base?: readonly number[];
  /** Traces of a higher order are drawn over those of a lower one. */
  readonly zorder?: number;
  /** Which of several axes, such as "x2" and "y2". */
  readonly xaxis?: string;
  readonly yaxis?: string;
  readonly text?: readonly string[];
  readonly hovertemplate?: string;
  readonly hoverinfo?: "skip";
  readonly legendgroup?: string;
  readonly showlegend?: boolean;
}

/** An axis with its title; positions on a logarithmic axis are logarithms to base 10. */
export interface Axis {
  readonly title: { readonly text: string; readonly standoff?: number };
  readonly type?: "linear" | "log" | "category";
  readonly range?: readonly [number, number];
  readonly tickvals?: readonly number[];
  readonly ticktext?: readonly string[];
  readonly [option: string]: unknown;
}

/** A horizontal or vertical line across the plot, or a text in it. */
export type Mark = Readonly<Record<string, unknown>>;

/** Everything around the traces. */
export interface Layout {
  readonly title: { readonly text: string; readonly [option: string]: unknown };
  readonly width: number;
  readonly height: number;
  readonly xaxis: Axis;
  readonly yaxis: Axis;
  readonly shapes?: readonly Mark[];
  readonly annotations?: readonly Mark[];
  readonly [option: string]: unknown;
}

/** A Plotly figure. */
export interface Figure {
  readonly data: readonly Trace[];
  readonly layout: Layout;
}
