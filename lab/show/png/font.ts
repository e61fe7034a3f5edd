/**
 * The font of all figures: Source Sans 3, carried along as text, so that a figure looks the same on
 * a machine that has no fonts at all. What is read of the file is what laying out text needs: the
 * widths of its glyphs and the height of a line.
 *
 * Format: OpenType 1.9, tables head, hhea, hmtx and cmap (subtable formats 4 and 12).
 */
import { Buffer } from "node:buffer";
import { inflateRawSync } from "node:zlib";
import { bold, regular } from "./embedded_font.ts";

/** Family name as SVG and CSS know it. */
export const FONT_FAMILY = "Source Sans 3";

/** A weight of the font: its file, and its metrics in units of the font size. */
export interface FontFace {
  readonly bytes: Uint8Array;
  readonly ascent: number;
  readonly descent: number;
  /** Width of a text in ems, kerning left out. */
  width(text: string): number;
  /** The characters of a text that the font cannot draw. */
  missing(text: string): string[];
}

/** Regular and semi-bold, the two weights that figures use. */
export const FACES: Readonly<Record<"regular" | "bold", FontFace>> = {
  regular: readFace(regular),
  bold: readFace(bold),
};

function readFace(text: string): FontFace {
  const bytes = inflateRawSync(Buffer.from(text, "base64"));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = readTables(view);
  const unitsPerEm = view.getUint16(tables.head! + 18);
  const metrics = view.getUint16(tables.hhea! + 34); // glyphs beyond share the last width
  const glyphOf = readCharacterMap(view, tables.cmap!);
  const advance = (glyph: number): number =>
    view.getUint16(tables.hmtx! + 4 * Math.min(glyph, metrics - 1)) / unitsPerEm;
  return {
    bytes,
    ascent: view.getInt16(tables.hhea! + 4) / unitsPerEm,
    descent: -view.getInt16(tables.hhea! + 6) / unitsPerEm,
    width(text) {
      let width = 0;
      for (const character of text) width += advance(glyphOf(character.codePointAt(0)!));
      return width;
    },
    missing: (text) => [...text].filter((character) => glyphOf(character.codePointAt(0)!) === 0),
  };
}

/** Offsets of the tables by their tags. */
function readTables(view: DataView): Record<string, number> {
  const tables: Record<string, number> = {};
  for (let i = 0; i < view.getUint16(4); i++) {
    const record = 12 + 16 * i;
    const tag = String.fromCharCode(...[0, 1, 2, 3].map((k) => view.getUint8(record + k)));
    tables[tag] = view.getUint32(record + 8);
  }
  return tables;
}

/** A function from code points to glyphs; glyph 0 stands for "none". */
function readCharacterMap(view: DataView, cmap: number): (codePoint: number) => number {
  const map = new Map<number, number>();
  for (let i = 0; i < view.getUint16(cmap + 2); i++) {
    const subtable = cmap + view.getUint32(cmap + 4 + 8 * i + 4);
    const format = view.getUint16(subtable);
    if (format === 4) readSegments(view, subtable, map);
    if (format === 12) readGroups(view, subtable, map);
  }
  return (codePoint) => map.get(codePoint) ?? 0;
}

/** cmap format 4: segments of 16-bit codes. */
function readSegments(view: DataView, subtable: number, map: Map<number, number>): void {
  const segments = view.getUint16(subtable + 6) / 2;
  const ends = subtable + 14;
  const starts = ends + 2 * segments + 2;
  const deltas = starts + 2 * segments;
  const offsets = deltas + 2 * segments;
  for (let s = 0; s < segments; s++) {
    const delta = view.getUint16(deltas + 2 * s);
    const offset = view.getUint16(offsets + 2 * s);
    const start = view.getUint16(starts + 2 * s);
    for (let code = start; code <= view.getUint16(ends + 2 * s) && code < 0xffff; code++) {
      let glyph = code;
      if (offset !== 0) glyph = view.getUint16(offsets + 2 * s + offset + 2 * (code - start));
      if (offset === 0 || glyph !== 0) map.set(code, glyph + delta & 0xffff);
    }
  }
}

/** cmap format 12: groups of code points with glyphs in sequence. */
function readGroups(view: DataView, subtable: number, map: Map<number, number>): void {
  for (let g = 0; g < view.getUint32(subtable + 12); g++) {
    const group = subtable + 16 + 12 * g;
    const start = view.getUint32(group);
    const glyph = view.getUint32(group + 8);
    for (let code = start; code <= view.getUint32(group + 4); code++) {
      map.set(code, glyph + code - start);
    }
  }
}
