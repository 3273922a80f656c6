/** What the hexes can show. `column` is that of run_columns.py; `how` says what a hex makes of its hotspots. */
const LAYERS = [
  { name: "rewards", title: "Rewards", unit: "HNT", column: "paid_hnt", how: "sum", scale: "log", about: "paid to the hotspots asserted in a hex" },
  { name: "difference", title: "Rewards, profiles apart", unit: "HNT", how: "sum", scale: "linear", diverging: true, about: "paid under the second profile minus the first" },
  { name: "witnesses", title: "Witnesses", unit: "hotspots", column: "n_witnesses", how: "mean", scale: "linear", fromZero: true, about: "different witnesses of a hotspot's beacons, mean of the hex" },
  { name: "scale", title: "Density scale", unit: "", column: "scale", how: "mean", scale: "linear", limits: [0, 1], about: "scale attached to valid beacons, mean of the hex" },
  { name: "suspicion", title: "Suspicion", unit: "probability", how: "max", scale: "linear", limits: [0, 1], about: "highest probability of a lie in the hex" },
  { name: "rssi", title: "RSSI, reported", unit: "dBm", column: "rssi_tenths_db_over_minus_200", how: "mean", scale: "linear", about: "mean RSSI at the witnesses of a hotspot, mean of the hex" },
  { name: "loss", title: "Path loss", unit: "dB", column: "loss_tenths_db", how: "mean", scale: "linear", about: "mean over the links of a hotspot, gains not removed, mean of the hex" },
  { name: "coverage", title: "Witnessed coverage", unit: "hotspots", column: "valid", how: "count", scale: "linear", fromZero: true, about: "hotspots in the hex that took part in a valid witnessing" },
  { name: "chance", title: "Coverage probability, modelled", unit: "%", grid: "coverage", raw: "coverage_percent", how: "mean", scale: "linear", modelled: true, about: "chance that one of the nearest hotspots hears a device there, from their asserted places" },
  { name: "chance-actual", title: "… from the true places", unit: "%", grid: "coverage", raw: "coverage_actual_percent", how: "mean", scale: "linear", modelled: true, about: "the same from where the hotspots really stand (graders' knowledge)" },
  { name: "level", title: "Best level, modelled", unit: "dBm", grid: "coverage", raw: "level_tenths_db_over_minus_200", step: [0.1, -200], how: "mean", scale: "linear", modelled: true, about: "median level of a device at the hotspot that hears it best, from asserted places" },
  { name: "people", title: "People", unit: "persons", grid: "city", raw: "city_people", how: "sum", scale: "log", about: "population of the map, not of the run" },
  { name: "none", title: "No hexes", unit: "", how: "sum", scale: "linear", about: "" },
];
const MAX_HEXES_AT_FIRST = 1200, MAX_HEXES_AT_ONCE = 6000; // a first picture soon, the fine one right after it

/** The layers that this run has the columns for. */
function layersFor(run) {
  const has = (name) => run.facts.runs.some((_, k) => run.has(`run${k}_${name}`));
  return LAYERS.filter((layer) =>
    layer.name === "none"
    || (layer.grid === "city" && run.has("city_people") && run.raw("city_people").some((people) => people > 0))
    || (layer.grid === "coverage" && run.has(layer.raw))
    || (layer.name === "difference" && run.facts.runs.length > 1 && has("paid_hnt"))
    || (layer.name === "suspicion" && has("detector0_probability"))
    || (layer.column && has(layer.column)));
}

function rowValues(layer, run, state, frame, k = +state.profile) {
  if (layer.grid) return layer.step ? run.stepped(layer.raw, layer.step) : run.raw(layer.raw);
  if (layer.name === "suspicion") return probabilityPlane({ ...state, profile: String(k) }, run, frame);
  if (layer.name !== "difference") return layer.column ? run.plane(k, layer.column, frame) : null;
  const [first, second] = [0, 1].map((number) => run.plane(number, "paid_hnt", frame));
  return first && second ? second.map((value, row) => value - first[row]) : null;
}

/** Hexes of a view: group, values and members by hex, limits and colours. Kept by what they depend on. */
function hexPicture(run, state, layer, zoom, cache, most) {
  const resolution = usedResolution(run, state, layer, zoom, cache, most);
  const group = groupAt(run, layer, resolution, cache);
  const frame = layer.grid ? 0 : frameOf(state, run);
  const mask = layer.grid ? null : maskOf(state, run);
  const values = rowValues(layer, run, state, frame);
  const weights = run.facts.crowds && !layer.grid ? run.raw("n_hotspots") : null;
  const hex = values ? gathered(group, values, mask, layer.how, weights) : { values: new Float64Array(0), members: [] };
  if (layer.how === "count" || (layer.how === "sum" && !layer.diverging)) hex.values = hex.values.map((value) => (value > 0 ? value : NaN));
  const auto = autoLimits(run, state, layer, group, frame, weights, cache);
  const limits = { ...auto };
  if (state.low !== "" && (auto.scale !== "log" || +state.low > 0)) limits.low = +state.low;
  if (state.high !== "" && +state.high > limits.low) limits.high = +state.high;
  return { layer, group, resolution, ...hex, limits, shades: shadesOf(layer.diverging ? DIVERGING : PALETTES[paletteOf(layer, state)]) };
}

/** Hexes as asked for or to suit the zoom; coarser ones where there would be too many to draw. */
function usedResolution(run, state, layer, zoom, cache, most) {
  let resolution = state.res === "auto" ? resolutionForZoom(zoom) : +state.res;
  if (layer.grid) resolution = Math.min(resolution, layer.grid === "city" ? run.facts.city.resolution : run.coverageResolution);
  while (resolution > 3 && groupAt(run, layer, resolution, cache).words.length > most) resolution--;
  return resolution;
}

function groupAt(run, layer, resolution, cache) {
  const key = `${layer.grid || "hotspots"} ${resolution}`;
  if (!cache.has(key)) cache.set(key, hexesOf(layer.grid === "city" ? run.cityCells : layer.grid ? run.coverageCells : run.cells, resolution));
  return cache.get(key);
}

/** Limits over all profiles, and over all epochs where one is shown: colours stay comparable while one looks around. */
function autoLimits(run, state, layer, group, frame, weights, cache) {
  const whole = frame === run.facts.n_frames;
  const key = `limits ${layer.name} ${group.resolution} ${Boolean(layer.grid) || whole} ${layer.name === "suspicion" ? state.judge : ""}`;
  if (!cache.has(key)) {
    const all = [];
    const frames = layer.grid ? [0] : whole ? [frame] : [...Array(run.facts.n_frames).keys()];
    const profiles = layer.grid || layer.diverging ? [0] : run.facts.runs.keys();
    for (const k of profiles) for (const each of layer.limits ? [] : frames) {
      const values = rowValues(layer, run, state, each, k);
      if (values) for (const value of gathered(group, values, null, layer.how, weights).values) if (!Number.isNaN(value)) all.push(value);
    }
    cache.set(key, limitsOf(all, layer));
  }
  return cache.get(key);
}

/** Hexes that only liars vouch for: the graders' knowledge, drawn as an outline. */
function phantomHexes(run, state, picture) {
  if (picture.layer.name !== "coverage" || !run.has(`run${state.profile}_vouched`)) return [];
  const vouched = gathered(picture.group, run.plane(+state.profile, "vouched", frameOf(state, run)), null, "max", null).values;
  return [...picture.values.keys()].filter((hex) => picture.values[hex] > 0 && !(vouched[hex] > 0));
}

const PHANTOM_COLOURS = { light: "#c24400", dark: "#ff9356" };
const hexOpacity = (dark) => (dark ? 215 : 205);
const shownHexes = (picture) => [...picture.values.keys()].filter((hex) => !Number.isNaN(picture.values[hex]));
const paletteOf = (layer, state) => state.colours || (layer.modelled ? "cividis" : "viridis"); // modelled and measured look different

function shadeOf(picture, hex) {
  const at = 3 * Math.round(shareOf(picture.values[hex], picture.limits) * (SHADES - 1));
  return [picture.shades[at], picture.shades[at + 1], picture.shades[at + 2]];
}

/** Hexes near enough to see how they are made up are drawn as the union of their cells, as membership is counted. */
function hexDeckLayers(run, picture, phantoms, dark) {
  const shown = shownHexes(picture), fill = (hex) => [...shadeOf(picture, hex), hexOpacity(dark)];
  const ring = (hex) => ringOf(picture.group, hex, run.unwrap);
  const { near } = picture, byMembers = new Set(near);
  const paper = rgb(dark ? "#12161b" : "#f3f2ee");
  return [
    new deck.SolidPolygonLayer({ id: "hexes", data: shown.filter((hex) => !byMembers.has(hex)), getPolygon: (hex) => shrunk(ring(hex)), getFillColor: fill }),
    near.length && new deck.SolidPolygonLayer({ id: "hexes-by-members", data: near, getPolygon: (hex) => memberRing(picture.group, hex, run.unwrap), getFillColor: fill }),
    near.length && new deck.PathLayer({ id: "member-lines", data: near, getPath: (hex) => memberRing(picture.group, hex, run.unwrap), getColor: paper, widthUnits: "pixels", getWidth: 1.5 }),
    phantoms.length && new deck.PathLayer({ id: "phantoms", data: phantoms, getPath: ring, getColor: rgb(PHANTOM_COLOURS[dark ? "dark" : "light"]), widthUnits: "pixels", getWidth: 2.5 }),
  ];
}

const MAX_MEMBER_CELLS = 30000, SEEN_PIXELS = 48;

/** The hexes in view whose outline by members differs visibly from their own, as far as there are not too many cells. */
function membersShown(run, picture, port) {
  const { layer, resolution, group } = picture;
  const wide = (h3.getHexagonEdgeLengthAvg(resolution, h3.UNITS.m) * 2) / port.metresPerPixel;
  if (layer.grid || run.facts.crowds || resolution >= MEMBER_RESOLUTION || wide < SEEN_PIXELS) return [];
  const seen = shownHexes(picture).filter((hex) => port.holds(port.project(ringOf(group, hex, run.unwrap)[0]), wide));
  return seen.length * 7 ** (MEMBER_RESOLUTION - resolution) <= MAX_MEMBER_CELLS ? seen : [];
}
