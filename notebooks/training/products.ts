/**
 * Matrix products on the CPU: by plain loops, for float64 and small networks, and by TensorFlow.js,
 * whose WebAssembly backend has XNNPACK's fast ones.
 */
import { type FloatArray, Matrix } from "../../kernels/engines/mod.ts";
import { keepingGlobals } from "../../bench/peers/globals.ts";
import { type Product, productSizes, zerosLike } from "./place.ts";

/** a times b, each transposed or not, in a new matrix. */
export type Multiply = (
  a: Matrix,
  b: Matrix,
  options?: Pick<Product<Matrix>, "transposeA" | "transposeB">,
) => Matrix;

/** Three loops; the element type is that of a. */
export const loops: Multiply = (a, b, { transposeA = false, transposeB = false } = {}) => {
  const { m, k, n } = productSizes(a, b, { transposeA, transposeB });
  const [rowA, stepA] = transposeA ? [1, a.columns] : [a.columns, 1];
  const [stepB, columnB] = transposeB ? [1, b.columns] : [b.columns, 1];
  const out: FloatArray = zerosLike(a.data, m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let p = 0; p < k; p++) {
        sum += a.data[i * rowA + p * stepA]! * b.data[p * stepB + j * columnB]!;
      }
      out[i * n + j] = sum;
    }
  }
  return new Matrix(out, m, n);
};

/** Products by TensorFlow.js on its WebAssembly backend; float32 only. */
export async function tensorFlow(): Promise<Multiply> {
  const tf = await keepingGlobals(async () => {
    const tf = await import("@tensorflow/tfjs-core");
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    // The folder of the package, in which its .wasm files lie.
    setWasmPaths(new URL("./", import.meta.resolve("@tensorflow/tfjs-backend-wasm")).pathname);
    await tf.setBackend("wasm");
    return tf;
  });
  return (a, b, { transposeA = false, transposeB = false } = {}) => {
    const { m, n } = productSizes(a, b, { transposeA, transposeB });
    if (!(a.data instanceof Float32Array && b.data instanceof Float32Array)) {
      throw new TypeError("product: TensorFlow.js has no float64; take loops");
    }
    const product = tf.tidy(() => {
      const tensor = ({ data, rows, columns }: Matrix, transpose: boolean) => {
        const whole = tf.tensor2d(data as Float32Array, [rows, columns]);
        // Its matMul is ten times slower where it has to transpose by itself.
        return transpose ? tf.transpose(whole) : whole;
      };
      return tf.matMul(tensor(a, transposeA), tensor(b, transposeB));
    });
    // A copy: the library owns the memory that it shows.
    const data = Float32Array.from(product.dataSync<"float32">());
    product.dispose();
    return new Matrix(data, m, n);
  };
}
