// c = a b + bias, a of m x k, b of k x n, each as it lies in memory or transposed.
//
// An invocation makes 4 x 4 elements of c: of each column of a and row of b that it loads, every
// element serves four times. What neighbours load is the same, so the rest is the cache's work.

struct Sizes {
  m: u32,
  k: u32,
  n: u32,
  has_bias: u32,
  // Elements from one row of a to the next, and from one column to the next; then of b.
  row_a: u32,
  column_a: u32,
  row_b: u32,
  column_b: u32,
}

@group(0) @binding(0) var<uniform> sizes: Sizes;
@group(0) @binding(1) var<storage, read> a: array<f32>;
@group(0) @binding(2) var<storage, read> b: array<f32>;
@group(0) @binding(3) var<storage, read> bias: array<f32>;
@group(0) @binding(4) var<storage, read_write> c: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  let top = id.y * 4u;
  let left = id.x * 4u;
  if (top >= sizes.m || left >= sizes.n) { return; }
  // Beyond the edges the last row or column again; what comes of it is not stored.
  let rows = min(vec4<u32>(top, top + 1u, top + 2u, top + 3u), vec4<u32>(sizes.m - 1u)) * sizes.row_a;
  let columns = min(vec4<u32>(left, left + 1u, left + 2u, left + 3u), vec4<u32>(sizes.n - 1u)) *
    sizes.column_b;
  var sums: array<vec4<f32>, 4>;
  for (var p = 0u; p < sizes.k; p++) {
    let at_a = rows + p * sizes.column_a;
    let at_b = columns + p * sizes.row_b;
    let right = vec4<f32>(b[at_b.x], b[at_b.y], b[at_b.z], b[at_b.w]);
    sums[0] += a[at_a.x] * right;
    sums[1] += a[at_a.y] * right;
    sums[2] += a[at_a.z] * right;
    sums[3] += a[at_a.w] * right;
  }

  for (var i = 0u; i < 4u; i++) {
    let row = top + i;
    for (var j = 0u; j < 4u; j++) {
      let column = left + j;
      if (row >= sizes.m || column >= sizes.n) { continue; }
      var value = sums[i][j];
      if (sizes.has_bias != 0u) { value += bias[column]; }
      c[row * sizes.n + column] = value;
    }
  }
}
