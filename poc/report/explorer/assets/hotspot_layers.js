const VERDICT_COLOURS = {
  light: { honest: "#0072b2", suspect: "#d55e00", undecided: "#b07a00", unscored: "#66707a" },
  dark: { honest: "#56b4e9", suspect: "#ff8a4a", undecided: "#f0b429", unscored: "#aab3bc" },
};
const SHAPES = ["asserted", "estimated", "actual", "silent"];
const SHAPE_PIXELS = 64;
const ELSEWHERE_M = 200;
const CROWDED = 3000;

/** Circle = asserted, diamond = estimated, cross = actual, hollow square = silent; white on nothing, coloured when drawn. */
function shapeAtlas() {
  const canvas = document.createElement("canvas");
  canvas.width = SHAPE_PIXELS * SHAPES.length;
  canvas.height = SHAPE_PIXELS;
  const pen = canvas.getContext("2d");
  pen.fillStyle = pen.strokeStyle = "#fff";
  pen.lineWidth = 11;
  SHAPES.forEach((shape, at) => {
    pen.setTransform(1, 0, 0, 1, at * SHAPE_PIXELS + SHAPE_PIXELS / 2, SHAPE_PIXELS / 2);
    pen.beginPath();
    if (shape === "asserted") { pen.arc(0, 0, 25, 0, 7); pen.fill(); }
    if (shape === "estimated") { pen.moveTo(0, -24); pen.lineTo(24, 0); pen.lineTo(0, 24); pen.lineTo(-24, 0); pen.closePath(); pen.stroke(); }
    if (shape === "actual") { pen.moveTo(-21, -21); pen.lineTo(21, 21); pen.moveTo(21, -21); pen.lineTo(-21, 21); pen.stroke(); }
    if (shape === "silent") { pen.lineWidth = 8; pen.rect(-24, -24, 48, 48); pen.stroke(); pen.lineWidth = 11; }
  });
  const mapping = Object.fromEntries(SHAPES.map((shape, at) => [shape, { x: at * SHAPE_PIXELS, y: 0, width: SHAPE_PIXELS, height: SHAPE_PIXELS, mask: true }]));
  return { iconAtlas: pen.getImageData(0, 0, canvas.width, canvas.height), iconMapping: mapping };
}

/** Place of a row as [longitude, latitude]; null where unknown. `which`: asserted, actual, or estimated by the judge. */
function placeOf(run, state, which, row) {
  const name = which === "estimated" ? `run${state.profile}_detector${judgeNumber(state, run)}` : which;
  const longitude = run.longitude(name), latitude = run.latitude(name);
  return longitude && !Number.isNaN(longitude[row]) ? [longitude[row], latitude[row]] : null;
}

/** How far a place is from the asserted one [m]; null where one of them is unknown. */
function movedM(run, state, which, row) {
  const a = placeOf(run, state, "asserted", row), b = placeOf(run, state, which, row);
  return a && b ? distanceM(a[1], a[0], b[1], b[0]) : null;
}

const hides = (state, what) => state.hide.split(",").includes(what);

/** Rows that pass the filters and assert a place. */
function shownRows(run, state) {
  const mask = maskOf(state, run), longitude = run.longitude("asserted");
  if (!longitude) return [];
  return [...Array(run.n).keys()].filter((row) => (!mask || mask[row]) && !Number.isNaN(longitude[row]));
}

/** Suspects last, so that they lie on top. */
const drawingOrder = (rows, verdict) => rows.slice().sort((a, b) => (verdict ? verdict[a] - verdict[b] : 0));
const radiusOf = (word, small) => (word === "suspect" ? 6 : 4.2) * (small ? 0.45 : 1);

function hotspotDeckLayers(run, state, atlas, dark) {
  if (run.facts.crowds || hides(state, "hotspots")) return [];
  const rows = shownRows(run, state);
  const verdict = verdictPlane(state, run);
  const colours = Object.fromEntries(Object.entries(VERDICT_COLOURS[dark ? "dark" : "light"]).map(([word, hex]) => [word, rgb(hex)]));
  const word = (row) => VERDICTS[verdict ? verdict[row] : 0];
  const order = drawingOrder(rows, verdict);
  const edge = dark ? [10, 12, 15] : [255, 255, 255];
  const small = rows.length > CROWDED;
  const layers = [];
  const chosen = Boolean(state.hotspot);
  for (const which of ["actual", "estimated"]) {
    if (chosen || small || hides(state, which)) continue; // around a chosen one only its own places matter
    const moved = rows.filter((row) => (which === "actual" || word(row) === "suspect") && (movedM(run, state, which, row) ?? 0) >= ELSEWHERE_M);
    const colour = which === "actual" ? (dark ? [255, 255, 255] : [20, 24, 28]) : dark ? [225, 160, 200] : [150, 50, 115];
    layers.push(
      new deck.LineLayer({ id: `${which}-lines`, data: moved, getSourcePosition: (row) => placeOf(run, state, "asserted", row), getTargetPosition: (row) => placeOf(run, state, which, row), getColor: [...colour, 90], widthUnits: "pixels", getWidth: 1 }),
      iconLayer(`${which}-places`, which, moved, (row) => placeOf(run, state, which, row), colour, 12, atlas),
    );
  }
  return [...layers.filter((layer) => layer.props.id.endsWith("lines")),
    new deck.ScatterplotLayer({
      id: "asserted-places", data: order, getPosition: (row) => placeOf(run, state, "asserted", row), radiusUnits: "pixels",
      getRadius: (row) => radiusOf(word(row), small), getFillColor: (row) => colours[word(row)], opacity: chosen ? 0.75 : 1, stroked: !small,
      getLineColor: edge, lineWidthUnits: "pixels", getLineWidth: 1.3,
    }),
    ...layers.filter((layer) => !layer.props.id.endsWith("lines"))];
}

const iconLayer = (id, shape, data, getPosition, colour, size, atlas) => new deck.IconLayer({
  id, data, ...atlas, getIcon: () => shape, getPosition, getColor: colour, sizeUnits: "pixels", getSize: size,
});

/** The chosen hotspot: its links, its three places, the circle it is believed in, and those that should have heard it. */
function chosenDeckLayers(run, state, atlas, dark) {
  const row = run.rowOfId.get(state.hotspot);
  if (row === undefined) return [];
  const here = placeOf(run, state, "asserted", row);
  const found = expectedWitnesses(run, state, row);
  const ink = dark ? [255, 255, 255] : [15, 18, 22];
  const layers = [];
  if (here && found && !hides(state, "links")) {
    const odd = new Set(found.heardFar);
    const usual = dark ? [86, 180, 233, 200] : [0, 114, 178, 200], strange = dark ? [255, 138, 74, 230] : [213, 94, 0, 220];
    layers.push(new deck.LineLayer({
      id: "links", data: found.heardBy.filter((peer) => placeOf(run, state, "asserted", peer)), getSourcePosition: () => here,
      getTargetPosition: (peer) => placeOf(run, state, "asserted", peer), getColor: (peer) => (odd.has(peer) ? strange : usual),
      widthUnits: "pixels", getWidth: (peer) => (odd.has(peer) ? 2.6 : 1.2),
    }));
    layers.push(iconLayer("silent", "silent", found.silentNear, (peer) => placeOf(run, state, "asserted", peer), dark ? [240, 180, 41] : [143, 98, 0], 14, atlas));
  }
  const radius = run.raw(`run${state.profile}_detector${judgeNumber(state, run)}_radius_m`)?.[row];
  const guess = placeOf(run, state, "estimated", row);
  if (guess && Number.isFinite(radius)) {
    layers.push(new deck.ScatterplotLayer({ id: "credible", data: [guess], getPosition: (place) => place, radiusUnits: "meters", getRadius: radius, filled: true, stroked: true, getFillColor: [204, 121, 167, 50], getLineColor: dark ? [225, 160, 200] : [150, 50, 115], lineWidthUnits: "pixels", getLineWidth: 1.5 }));
  }
  const places = SHAPES.slice(0, 3).map((shape) => ({ shape, place: placeOf(run, state, shape, row) })).filter((d) => d.place);
  if (here) layers.push(new deck.ScatterplotLayer({ id: "chosen-ring", data: [here], getPosition: (place) => place, radiusUnits: "pixels", getRadius: 11, filled: false, stroked: true, getLineColor: ink, lineWidthUnits: "pixels", getLineWidth: 2.5 }));
  layers.push(new deck.LineLayer({ id: "chosen-lines", data: places.slice(1).filter(() => here), getSourcePosition: () => here, getTargetPosition: (d) => d.place, getColor: ink, widthUnits: "pixels", getWidth: 1.6 }));
  layers.push(new deck.IconLayer({ id: "chosen-places", data: places.filter((d) => d.shape !== "asserted"), ...atlas, getIcon: (d) => d.shape, getPosition: (d) => d.place, getColor: (d) => (d.shape === "actual" ? ink : dark ? [225, 160, 200] : [150, 50, 115]), sizeUnits: "pixels", getSize: 22 }));
  return layers;
}
