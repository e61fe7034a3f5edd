// @ts-check
/** The page's plots, as SVG: two curves over x with a place marked, and bars. */

/** @typedef {{ x: number, textbook: number, kit: number }} Sample */
/**
 * @typedef {object} Panel
 * @property {string} title
 * @property {number} low of the y axis
 * @property {number} high of the y axis
 * @property {readonly number[]} ticks of the y axis
 * @property {readonly Sample[]} samples
 */

/** Of every plot, in its own units. */
export const width = 860;
const left = 46;
const right = 14;
const top = 26;
const bottom = 24;

/**
 * The position of x, and back.
 *
 * @param {readonly [number, number]} range
 */
export function horizontal([from, to]) {
  const scale = (width - left - right) / (to - from);
  return {
    /** @param {number} x */
    at: (x) => left + (x - from) * scale,
    /** @param {number} position */
    back: (position) => Math.min(to, Math.max(from, from + (position - left) / scale)),
  };
}

/**
 * A panel with both curves and the marked x.
 *
 * @param {Panel} panel
 * @param {readonly [number, number]} range of x
 * @param {Sample} marked
 * @param {number} height
 * @returns {string}
 */
export function curves({ title, low, high, ticks, samples }, range, marked, height) {
  const { at } = horizontal(range);
  /** @param {number} y */
  const up = (y) => {
    const within = Math.min(high, Math.max(low, y));
    return height - bottom - (within - low) / (high - low) * (height - top - bottom);
  };
  /** @param {"textbook" | "kit"} who */
  const line = (who) => {
    let path = "";
    let drawing = false;
    for (const sample of samples) {
      const y = sample[who];
      // What leaves the panel, Infinity for one, ends the line.
      if (!(y <= high && y >= low)) {
        drawing = false;
        continue;
      }
      path += `${drawing ? "L" : "M"}${at(sample.x).toFixed(1)} ${up(y).toFixed(1)}`;
      drawing = true;
    }
    return `<path class="line ${who}" d="${path}"/>`;
  };
  const horizontals = ticks.map((tick) =>
    `<path class="axis" d="M${left} ${up(tick)}H${width - right}"/>` +
    `<text x="${left - 8}" y="${up(tick) + 4}" text-anchor="end">${tick}</text>`
  );
  const verticals = [-100, -75, -50, -25, 0, 25, 50, 75, 100].map((x) =>
    `<text x="${at(x)}" y="${height - 6}" text-anchor="middle">${x}</text>`
  );
  const points = /** @type {const} */ (["kit", "textbook"]).map((who) =>
    `<circle class="point ${who}" cx="${at(marked.x)}" cy="${up(marked[who])}" r="6"/>`
  );
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${title}">
<text class="title" x="${left}" y="15">${title}</text>${horizontals.join("")}${verticals.join("")}
<path class="at" d="M${at(marked.x)} ${top}V${height - bottom}"/>
${line("kit")}${line("textbook")}${points.join("")}</svg>`;
}

/**
 * Horizontal bars with their values, shorter is faster.
 *
 * @param {readonly { name: string, value: number, who: "textbook" | "kit" }[]} rows
 * @returns {string}
 */
export function bars(rows) {
  const names = 230;
  const longest = Math.max(...rows.map(({ value }) => value));
  const lines = rows.map(({ name, value, who }, i) => {
    const length = Math.max(2, value / longest * (width - names - 90));
    return `<text class="name" x="${names - 10}" y="${i * 30 + 20}" text-anchor="end">${name}</text>
<rect class="bar ${who}" x="${names}" y="${i * 30 + 6}" width="${length}" height="20" rx="3"/>
<text x="${names + length + 8}" y="${i * 30 + 20}">${value.toPrecision(3)} ns</text>`;
  });
  return `<svg viewBox="0 0 ${width} ${
    rows.length * 30 + 6
  }" role="img" aria-label="Nanoseconds per element">${lines.join("")}</svg>`;
}
