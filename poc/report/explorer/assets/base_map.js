/**
 * The city under the hexes, on a plain canvas of its own: a software WebGL takes seconds for some ten thousand road
 * segments, a canvas some ten milliseconds. Shapes are kept in flat Mercator units around the middle of the city.
 */
const BASE_UNITS = 2 ** 22; // units around the globe; some 10 m each
const BASE_COLOURS = {
  light: { water: "#a9d3ea", buildings: "#d4cbbe", roads: "#b0b6bd", boundary: "#606870", relief: [60, 55, 50, 1] },
  dark: { water: "#17364a", buildings: "#3a3630", roads: "#4c5661", boundary: "#96a0aa", relief: [150, 165, 180, 0.55] },
};
/** By the names of maps.clutter; what has no colour here stays paper. */
const CLUTTER = {
  light: { WATER: "#a9d3ea", FOREST: "#bfdcc3", SUBURBAN: "#e6dcc6", URBAN: "#d6c7b0", DENSE_URBAN: "#c0ae98" },
  dark: { WATER: "#17364a", FOREST: "#1b3325", SUBURBAN: "#332e22", URBAN: "#40382a", DENSE_URBAN: "#4d4333" },
};
/** Widths in pixels by `maps.city.ROAD_KINDS`. */
const ROAD_WIDTHS = [2.6, 1.8, 0.9, 0.5];
const MAX_CLUTTER_CELLS = 12000;

/** Mercator units, x to the east and y to the south. */
const mercatorX = (longitude) => (longitude / 360) * BASE_UNITS;
const mercatorY = (latitude) => -(Math.asinh(Math.tan((latitude * Math.PI) / 180)) / (2 * Math.PI)) * BASE_UNITS;
const latitudeOfMercator = (y) => (Math.atan(Math.sinh((-y / BASE_UNITS) * 2 * Math.PI)) * 180) / Math.PI;

/** Paths of a layer of lines by kind: `open` ones to stroke, `closed` ones to fill. */
function shapesOf(run, name, origin) {
  const steps = run.raw(`${name}_steps`), kinds = run.raw(`${name}_kind`), offsets = run.raw(`${name}_offsets`);
  const shapes = { n: kinds ? kinds.length : 0, open: [], closed: new Path2D() };
  for (let line = 0, x = 0, y = 0; line < shapes.n; line++) {
    const path = new Path2D();
    let first = null;
    for (let at = offsets[line]; at < offsets[line + 1]; at++) {
      x += steps[2 * at]; y += steps[2 * at + 1];
      first ||= [x, y];
      path.lineTo(mercatorX(run.unwrap(x * 1e-6)) - origin.x, mercatorY(y * 1e-6) - origin.y);
    }
    const isRing = offsets[line + 1] - offsets[line] > 3 && first[0] === x && first[1] === y;
    if (isRing) shapes.closed.addPath(path);
    else (shapes.open[Math.min(kinds[line], 3)] ||= new Path2D()).addPath(path);
  }
  return shapes;
}

/** Draws the base on `canvas` for a view; `counts` are the lines of each layer. */
function baseMap(run, canvas) {
  const middle = run.unwrap(run.facts.city ? run.facts.city.bounds[1] : 0);
  const origin = { x: mercatorX(middle), y: mercatorY(run.facts.city ? run.facts.city.bounds[0] : 0) };
  let shapes = null, reliefs = {}, clutter = null;
  const names = ["water", "buildings", "roads", "boundary"];
  const prepared = () => (shapes ||= Object.fromEntries(names.map((name) => [name, shapesOf(run, name, origin)])));

  /** `onTop(pen)` draws in pixels of the page over the base. */
  function draw(view, dark, hidden, onTop) {
    const ratio = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
    if (canvas.width !== width * ratio || canvas.height !== height * ratio) { canvas.width = width * ratio; canvas.height = height * ratio; }
    const pen = canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    if (!hidden && run.facts.city) drawCity(pen, view, dark, width, height, ratio);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    onTop?.(pen);
  }

  function drawCity(pen, view, dark, width, height, ratio) {
    const pixels = (512 * 2 ** view.zoom) / BASE_UNITS, colours = BASE_COLOURS[dark ? "dark" : "light"];
    const left = width / 2 - (mercatorX(view.longitude) - origin.x) * pixels, top = height / 2 - (mercatorY(view.latitude) - origin.y) * pixels;
    pen.setTransform(pixels * ratio, 0, 0, pixels * ratio, left * ratio, top * ratio);
    const stroke = (path, colour, width) => { if (path) { pen.strokeStyle = colour; pen.lineWidth = width / pixels; pen.stroke(path); } };
    const { water, buildings, roads, boundary } = prepared();
    if (run.facts.city.relief) drawRelief(pen, dark, colours);
    if (!roads.n) for (const [colour, path] of clutterPaths(dark)) { pen.fillStyle = colour; pen.fill(path); }
    pen.lineJoin = "round";
    pen.fillStyle = colours.water;
    pen.fill(water.closed, "evenodd");
    water.open.forEach((path) => stroke(path, colours.water, 1.4));
    pen.fillStyle = colours.buildings;
    if (view.zoom > 10) pen.fill(buildings.closed, "evenodd");
    [...roads.open.keys()].reverse().forEach((kind) => stroke(roads.open[kind], colours.roads, ROAD_WIDTHS[kind] * (view.zoom > 14 ? 2 : 1)));
    stroke(roads.closed, colours.roads, ROAD_WIDTHS[2]);
    stroke(boundary.closed, colours.boundary, 1.6);
  }

  /** Hillshade as transparent ink, so that it suits light and dark; rows are spaced for Mercator once. */
  function drawRelief(pen, dark, colours) {
    const { shape: [height, width], bounds: [west, south, east, north] } = run.facts.city.relief;
    const top = mercatorY(north), bottom = mercatorY(south);
    if (!reliefs[dark]) {
      const darkness = run.raw("relief"), image = new ImageData(width, height), [red, green, blue, share] = colours.relief;
      for (let row = 0; row < height; row++) {
        const latitude = latitudeOfMercator(top + ((row + 0.5) / height) * (bottom - top));
        const source = Math.min(height - 1, Math.max(0, Math.floor(((north - latitude) / (north - south)) * height)));
        for (let column = 0; column < width; column++) image.data.set([red, green, blue, darkness[source * width + column] * share], 4 * (row * width + column));
      }
      reliefs[dark] = Object.assign(document.createElement("canvas"), { width, height });
      reliefs[dark].getContext("2d").putImageData(image, 0, 0);
    }
    pen.drawImage(reliefs[dark], mercatorX(run.unwrap(west)) - origin.x, top - origin.y, mercatorX(east - west), bottom - top);
  }

  /** Clutter classes, where there are no roads to find one's way by. */
  function clutterPaths(dark) {
    const classes = run.raw("city_clutter");
    if (!clutter) {
      clutter = {};
      const group = classes && classes.length <= MAX_CLUTTER_CELLS ? hexesOf(run.cityCells, run.facts.city.resolution) : null;
      if (group) classes.forEach((number, row) => {
        const kind = run.facts.city.clutter[number];
        if (!CLUTTER.light[kind]) return;
        const path = (clutter[kind] ||= new Path2D());
        ringOf(group, group.of[row], run.unwrap).forEach(([longitude, latitude], at) => path[at ? "lineTo" : "moveTo"](mercatorX(longitude) - origin.x, mercatorY(latitude) - origin.y));
      });
    }
    return Object.entries(clutter).map(([kind, path]) => [`${CLUTTER[dark ? "dark" : "light"][kind]}99`, path]);
  }

  return { draw, get counts() { return Object.fromEntries(names.map((name) => [name, prepared()[name].n])); } };
}
