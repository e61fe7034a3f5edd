// c = a b + bias, a of m x k, b of k x n, each as it lies in memory or transposed.
//
// A workgroup makes a tile of 32 x 32 of c. It walks along k in steps of 16: its 64 invocations fetch
// what they all need of a and b into shared memory, then each adds to its own 4 x 4 sums.

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

const TILE = 32u;
const DEPTH = 16u;
const INVOCATIONS = 64u;

var<workgroup> part_a: array<f32, 512>; // DEPTH x TILE: a column of a lies together
var<workgroup> part_b: array<f32, 512>; // DEPTH x TILE

@compute @workgroup_size(8, 8)
fn main(
  @builtin(workgroup_id) tile: vec3<u32>,
  @builtin(local_invocation_id) local: vec3<u32>,
  @builtin(local_invocation_index) index: u32,
) {
  let top = tile.y * TILE;
  let left = tile.x * TILE;
  var sums: array<vec4<f32>, 4>;

  for (var depth = 0u; depth < sizes.k; depth += DEPTH) {
    for (var i = index; i < TILE * DEPTH; i += INVOCATIONS) {
      let p = i / TILE;
      let q = i % TILE;
      let at = depth + p;
      let row = top + q;
      let column = left + q;
      // Beyond the edges 0, which adds nothing.
      part_a[i] = 0.0;
      part_b[i] = 0.0;
      if (at < sizes.k && row < sizes.m) {
        part_a[i] = a[row * sizes.row_a + at * sizes.column_a];
      }
      if (at < sizes.k && column < sizes.n) {
        part_b[i] = b[at * sizes.row_b + column * sizes.column_b];
      }
    }
    workgroupBarrier();
    for (var p = 0u; p < DEPTH; p++) {
      let from_a = p * TILE + local.y * 4u;
      let from_b = p * TILE + local.x * 4u;
      let right = vec4<f32>(
        part_b[from_b], part_b[from_b + 1u], part_b[from_b + 2u], part_b[from_b + 3u],
      );
      sums[0] += part_a[from_a] * right;
      sums[1] += part_a[from_a + 1u] * right;
      sums[2] += part_a[from_a + 2u] * right;
      sums[3] += part_a[from_a + 3u] * right;
    }
    workgroupBarrier();
  }

  for (var i = 0u; i < 4u; i++) {
    let row = top + local.y * 4u + i;
    for (var j = 0u; j < 4u; j++) {
      let column = left + local.x * 4u + j;
      if (row >= sizes.m || column >= sizes.n) { continue; }
      var value = sums[i][j];
      if (sizes.has_bias != 0u) { value += bias[column]; }
      c[row * sizes.n + column] = value;
    }
  }
}
