/** A flat Mercator view, as deck.gl's without pitch and bearing: so that the first picture need not wait for it. */
const TILE_PIXELS = 512, EQUATOR_M = 40075016.7;

const worldX = (longitude) => (longitude / 360) * TILE_PIXELS;
const worldY = (latitude) => -(Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI)) * TILE_PIXELS;
const latitudeOfWorld = (y) => (Math.atan(Math.sinh((-y / TILE_PIXELS) * 2 * Math.PI)) * 180) / Math.PI;

class Viewport {
  constructor({ longitude, latitude, zoom }, width, height) {
    Object.assign(this, { longitude, latitude, zoom, width, height, scale: 2 ** zoom });
    this.left = worldX(longitude) * this.scale - width / 2;
    this.top = worldY(latitude) * this.scale - height / 2;
  }

  project([longitude, latitude]) { return [worldX(longitude) * this.scale - this.left, worldY(latitude) * this.scale - this.top]; }

  unproject([x, y]) { return [((x + this.left) / this.scale / TILE_PIXELS) * 360, latitudeOfWorld((y + this.top) / this.scale)]; }

  get metresPerPixel() { return (EQUATOR_M * Math.cos((this.latitude * Math.PI) / 180)) / (TILE_PIXELS * this.scale); }

  holds([x, y], margin = 0) { return x >= -margin && y >= -margin && x <= this.width + margin && y <= this.height + margin; }
}

/** The view that shows a box [[west, south], [east, north]], at least some hundred metres of it, inside the free part. */
function fitted([[west, south], [east, north]], width, height, covered = {}) {
  const reach = 0.003, gap = Math.min(28, width / 14, height / 14);
  const { left, right, top, bottom } = Object.fromEntries(["left", "right", "top", "bottom"].map((side) => [side, gap + (covered[side] || 0)]));
  const [x0, x1, y0, y1] = [worldX(west - reach), worldX(east + reach), worldY(Math.min(north + reach, 85)), worldY(Math.max(south - reach, -85))];
  const scale = Math.min(Math.max(width - left - right, 1) / (x1 - x0), Math.max(height - top - bottom, 1) / (y1 - y0), 2 ** 15);
  const x = (x0 + x1) / 2 + (right - left) / 2 / scale, y = (y0 + y1) / 2 + (bottom - top) / 2 / scale;
  return { longitude: (x / TILE_PIXELS) * 360, latitude: latitudeOfWorld(y), zoom: Math.log2(scale) };
}
