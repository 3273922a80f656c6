/** H3 cells as pairs of 32-bit words [lower, upper], the form that h3-js takes as well. */
const resolutionOf = (upper) => (upper >>> 20) & 15;

/** The parent by bits alone: set the resolution, fill the digits below with ones (H3 index layout). */
function parentWords(lower, upper, resolution) {
  const blank = 3 * (15 - resolution);
  upper = ((upper & ~(15 << 20)) | (resolution << 20)) >>> 0;
  if (blank >= 32) return [0xffffffff, (upper | ((1 << (blank - 32)) - 1)) >>> 0];
  return [(lower | (blank ? 2 ** blank - 1 : 0)) >>> 0, upper];
}

/**
 * Groups cells by their parent at a resolution; coarser cells stand for themselves, 0 belongs nowhere.
 * `of[row]` is the hex of a row or −1; `words` are [lower, upper] of each hex.
 */
function hexesOf(cells, resolution) {
  const halves = new Uint32Array(cells.buffer, cells.byteOffset, cells.length * 2);
  const of = new Int32Array(cells.length).fill(-1);
  const numbers = new Map();
  const words = [];
  for (let row = 0; row < cells.length; row++) {
    let lower = halves[2 * row], upper = halves[2 * row + 1];
    if (!upper) continue;
    if (resolutionOf(upper) > resolution) [lower, upper] = parentWords(lower, upper, resolution);
    const key = keyOf(lower, upper);
    let hex = numbers.get(key);
    if (hex === undefined) {
      hex = words.length;
      numbers.set(key, hex);
      words.push([lower, upper]);
    }
    of[row] = hex;
  }
  return { of, words, rings: new Array(words.length), resolution, find: (lower, upper) => numbers.get(keyOf(lower, upper)) };
}

/** Base cell and digits are 52 bits, which a number holds exactly; unused digits are 7, so resolutions do not clash. */
const keyOf = (lower, upper) => (upper & 0xfffff) * 4294967296 + lower;

const hexText = ([lower, upper]) => upper.toString(16) + lower.toString(16).padStart(8, "0");

/** Closed ring of [longitude, latitude] around a hex, kept for the next time. */
function ringOf(group, hex, unwrap) {
  if (!group.rings[hex]) {
    const ring = h3.cellToBoundary(group.words[hex]);
    const first = unwrap(ring[0][1]);
    const points = ring.map(([latitude, longitude]) => [first + ((((longitude - first + 540) % 360) + 360) % 360) - 180, latitude]);
    group.rings[hex] = points.concat([points[0]]);
  }
  return group.rings[hex];
}

const MEMBER_RESOLUTION = 12; // that of asserted cells

/** Closed ring around the cells of resolution 12 whose parent is the hex, kept for the next time. */
function memberRing(group, hex, unwrap) {
  group.memberRings ||= new Array(group.words.length);
  if (!group.memberRings[hex]) {
    const [[outer]] = h3.cellsToMultiPolygon(h3.cellToChildren(hexText(group.words[hex]), MEMBER_RESOLUTION), true);
    const first = unwrap(outer[0][0]);
    group.memberRings[hex] = outer.map(([longitude, latitude]) => [first + ((((longitude - first + 540) % 360) + 360) % 360) - 180, latitude]);
  }
  return group.memberRings[hex];
}

/** A ring drawn in towards its middle: neighbours stay apart without lines between them. */
function shrunk(ring, share = 0.955) {
  const n = ring.length - 1;
  const middle = [0, 1].map((axis) => ring.slice(0, n).reduce((sum, point) => sum + point[axis], 0) / n);
  return ring.map((point) => point.map((value, axis) => middle[axis] + (value - middle[axis]) * share));
}

/** The resolution whose hexes are comfortable to see at a zoom. */
function resolutionForZoom(zoom) {
  const steps = [3.2, 4.6, 6, 7.4, 8.8, 12, 13.6, 15];
  return 3 + steps.filter((step) => zoom >= step).length;
}

/** Values of hexes from values of rows: "sum", "mean", "max" or "count" of those that have one and pass the mask. */
function gathered(group, values, mask, how, weights) {
  const n = group.words.length;
  const result = new Float64Array(n).fill(NaN);
  const weight = new Float64Array(n);
  const members = new Uint32Array(n);
  for (let row = 0; row < values.length; row++) {
    const hex = group.of[row], value = values[row];
    if (hex < 0 || (mask && !mask[row]) || Number.isNaN(value)) continue;
    const w = how === "mean" && weights ? weights[row] : 1;
    members[hex] += weights ? weights[row] : 1;
    if (how === "max") result[hex] = Number.isNaN(result[hex]) ? value : Math.max(result[hex], value);
    else result[hex] = (Number.isNaN(result[hex]) ? 0 : result[hex]) + (how === "count" ? (value > 0 ? (weights ? weights[row] : 1) : 0) : value * w);
    weight[hex] += w;
  }
  if (how === "mean") for (let hex = 0; hex < n; hex++) result[hex] /= weight[hex];
  return { values: result, members };
}
