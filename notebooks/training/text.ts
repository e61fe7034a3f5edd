/** What the notebook prints: losses as a table, epochs, digits as text. */
import type { LossCurve } from "../../bench/report/figures/losses.ts";
import { align } from "../../bench/report/table.ts";
import { Matrix } from "../../kernels/engines/mod.ts";
import { type Part, PIXELS } from "./data.ts";
import { type EngineEpoch, greatestDifference } from "./engines.ts";
import type { GradientCheck } from "./gradient_check.ts";
import { type Loss, probabilityLoss, stableLoss, textbookLoss } from "./loss.ts";
import { predict } from "./network.ts";
import type { Training } from "./train.ts";

/** The three forms, the kit's first. */
export const FORMS: readonly Loss[] = [stableLoss(), textbookLoss, probabilityLoss];

/** Each form of the loss over logits, in float32, for a target y. */
export async function lossOverLogits(zs: readonly number[], y: number): Promise<LossCurve[]> {
  const curves: LossCurve[] = [];
  for (const form of FORMS) {
    const values = await form.terms(...columns(zs, y));
    curves.push({ name: form.name, x: zs, y: [...values] });
  }
  return curves;
}

/** Loss and derivative at some logits, in float32, in each form; as text. */
export async function formatLosses(zs: readonly number[], y: number): Promise<string> {
  const cells: (readonly string[])[] = [zs.map((z) => String(z))];
  for (const form of FORMS) {
    cells.push(
      [...await form.terms(...columns(zs, y))].map(short),
      [...await form.gradient(...columns(zs, y))].map(short),
    );
  }
  const header = [`z (y = ${y})`, ...FORMS.flatMap(({ name }) => [name, "derivative"])];
  return align([header, ...zs.map((_, row) => cells.map((column) => column[row]!))]);
}

function columns(zs: readonly number[], y: number): [Matrix, Matrix] {
  const z = Float32Array.from(zs);
  return [new Matrix(z, z.length, 1), new Matrix(z.map(() => y), z.length, 1)];
}

/** The losses of a training over its steps, as means of `window` steps each. */
export function lossOverSteps({ loss, batchLosses }: Training, window = 1): LossCurve {
  const starts = [...batchLosses.keys()].filter((step) => step % window === 0);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  return {
    name: loss,
    x: starts.map((step) => step + 1),
    y: starts.map((step) => mean(batchLosses.slice(step, step + window))),
  };
}

/** Some epochs of a training, as text: the first ones, then ever fewer, and the last. */
export function formatEpochs({ epochs }: Training): string {
  const shown = epochs.filter(({ epoch }) => {
    const step = 10 ** Math.floor(Math.log10(epoch));
    return epoch % step === 0 && [1, 2, 5].includes(epoch / step) || epoch === epochs.length;
  });
  const percent = (share: number) => `${(100 * share).toFixed(2)} %`;
  return align([
    ["epoch", "training loss", "right", "test loss", "right", ""],
    ...shown.map(({ epoch, trainLoss, trainAccuracy, testLoss, testAccuracy }) => [
      String(epoch),
      short(trainLoss),
      percent(trainAccuracy),
      short(testLoss),
      percent(testAccuracy),
      "",
    ]),
  ]);
}

/** Epochs on several engines: their time, and how far their losses are from the first one's. */
export function formatEngines(epochs: readonly EngineEpoch[]): string {
  const seconds = (value: number) => value.toFixed(3);
  return align([
    ["", "epoch (s)", "products", "the kit", "losses differ by", ""],
    ...epochs.map(({ name, products, kit, other, divided, batchLosses }) => [
      name,
      seconds(products + kit + other),
      divided ? seconds(products) : "-",
      divided ? seconds(kit) : "-",
      short(greatestDifference(epochs[0]!.batchLosses, batchLosses)),
      "",
    ]),
  ]);
}

/** How many derivatives were compared, and the worst. */
export function worstGradient(checks: readonly GradientCheck[]): string {
  const compared = checks.reduce((sum, check) => sum + check.compared, 0);
  const { layer, parameter, worst } = checks.reduce((a, b) => b.worst > a.worst ? b : a);
  return `${compared} derivatives, greatest relative difference ${short(worst)} ` +
    `(${parameter} of layer ${layer})`;
}

/** Some digits side by side, two rows of pixels to a line of text, a caption below each. */
export function drawDigits(
  part: Part,
  rows: readonly number[],
  captions?: readonly string[],
): string {
  const side = Math.sqrt(PIXELS);
  const pixel = (row: number, y: number, x: number) =>
    part.inputs.data[row * PIXELS + y * side + x]! > 0.4;
  const lines = Array.from(
    { length: side / 2 },
    (_, line) =>
      rows.map((row) =>
        Array.from({ length: side }, (_, x) => {
          const [upper, lower] = [pixel(row, 2 * line, x), pixel(row, 2 * line + 1, x)];
          return upper ? (lower ? "█" : "▀") : lower ? "▄" : " ";
        }).join("")
      ).join(" "),
  );
  const below = rows.map((row, i) => captions?.[i] ?? part.classes[part.labels[row]!]!);
  const caption = below.map((text) => {
    const left = Math.max(0, Math.floor((side - text.length) / 2));
    return (" ".repeat(left) + text).padEnd(side);
  }).join(" ");
  return [...lines.filter((line) => line.trim() !== ""), caption].map((line) => line.trimEnd())
    .join("\n");
}

/** The test samples that a training got wrong: their rows, and what it took them for. */
export function mistakes(
  { testLogits }: Training,
  test: Part,
): readonly { readonly row: number; readonly is: string; readonly taken: string }[] {
  return [...predict(testLogits)].flatMap((label, row) =>
    label === test.labels[row]
      ? []
      : [{ row, is: test.classes[test.labels[row]!]!, taken: test.classes[label]! }]
  );
}

/** The first step of a training whose loss is not finite; undefined where there is none. */
export function firstLost({ batchLosses }: Training): number | undefined {
  const at = batchLosses.findIndex((loss) => !Number.isFinite(loss));
  return at < 0 ? undefined : at + 1;
}

/** Three significant digits; 0, infinities and NaN as they are. */
function short(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  return Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5
    ? String(+value.toPrecision(3))
    : value.toExponential(1);
}
