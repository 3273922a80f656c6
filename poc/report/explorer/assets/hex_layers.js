/** What the hexes can show. `column` is that of run_columns.py; `how` says what a hex makes of its hotspots. */
const LAYERS = [
  { name: "rewards", title: "Rewards", unit: "HNT", column: "paid_hnt", how: "sum", scale: "log", about: "paid to the hotspots asserted in a hex" },
  { name: "difference", title: "Rewards, profiles apart", unit: "HNT", how: "sum", scale: "linear", diverging: true, about: "paid under the second profile minus the first" },
  { name: "witnesses", title: "Witnesses", unit: "hotspots", column: "n_witnesses", how: "mean", scale: "linear", fromZero: true, about: "different witnesses of a hotspot's beacons, mean of the hex" },
  { name: "scale", title: "Density scale", unit: "", column: "scale", how: "mean", scale: "linear", limits: [0, 1], about: "scale attached to valid beacons, mean of the hex" },
  { name: "suspicion", title: "Suspicion", unit: "probability", how: "max", scale: "linear", limits: [0, 1], about: "highest probability of a lie in the hex" },
  { name: "rssi", title: "RSSI", unit: "dBm", column: "rssi_tenths_db_over_minus_200", how: "mean", scale: "linear", about: "mean RSSI at the witnesses of a hotspot, mean of the hex" },
  { name: "loss", title: "Path loss", unit: "dB", column: "loss_tenths_db", how: "mean", scale: "linear", about: "mean over the links of a hotspot, gains not removed, mean of the hex" },
  { name: "coverage", title: "Witnessed coverage", unit: "hotspots", column: "valid", how: "count", scale: "linear", fromZero: true, about: "hotspots in the hex that took part in a valid witnessing" },
  { name: "people", title: "People", unit: "persons", how: "sum", scale: "log", ofCity: true, about: "population of the map, not of the run" },
  { name: "none", title: "No hexes", unit: "", how: "sum", scale: "linear", about: "" },
];
const MAX_HEXES_AT_ONCE = 6000;

/** The layers that this run has the columns for. */
function layersFor(run) {
  const has = (name) => run.facts.runs.some((_, k) => run.has(`run${k}_${name}`));
  return LAYERS.filter((layer) =>
    layer.name === "none"
    || (layer.ofCity && run.has("city_people") && run.raw("city_people").some((people) => people > 0))
    || (layer.name === "difference" && run.facts.runs.length > 1 && has("paid_hnt"))
    || (layer.name === "suspicion" && has("detector0_probability"))
    || (layer.column && has(layer.column)));
}

function rowValues(layer, run, state, frame, k = +state.profile) {
  if (layer.ofCity) return run.raw("city_people");
  if (layer.name === "suspicion") return probabilityPlane({ ...state, profile: String(k) }, run, frame);
  if (layer.name !== "difference") return layer.column ? run.plane(k, layer.column, frame) : null;
  const [first, second] = [0, 1].map((number) => run.plane(number, "paid_hnt", frame));
  return first && second ? second.map((value, row) => value - first[row]) : null;
}

/** Hexes of a view: group, values and members by hex, limits and colours. Kept by what they depend on. */
function hexPicture(run, state, layer, zoom, cache) {
  const resolution = usedResolution(run, state, layer, zoom, cache);
  const group = groupAt(run, layer, resolution, cache);
  const frame = layer.ofCity ? 0 : frameOf(state, run);
  const mask = layer.ofCity ? null : maskOf(state, run);
  const values = rowValues(layer, run, state, frame);
  const weights = run.facts.crowds && !layer.ofCity ? run.raw("n_hotspots") : null;
  const hex = values ? gathered(group, values, mask, layer.how, weights) : { values: new Float64Array(0), members: [] };
  if (layer.how === "count" || (layer.how === "sum" && !layer.diverging)) hex.values = hex.values.map((value) => (value > 0 ? value : NaN));
  const auto = autoLimits(run, state, layer, group, frame, weights, cache);
  const limits = { ...auto };
  if (state.low !== "" && (auto.scale !== "log" || +state.low > 0)) limits.low = +state.low;
  if (state.high !== "" && +state.high > limits.low) limits.high = +state.high;
  return { layer, group, resolution, ...hex, limits, shades: shadesOf(layer.diverging ? DIVERGING : PALETTES[state.colours]) };
}

/** Hexes as asked for or to suit the zoom; coarser ones where there would be too many to draw. */
function usedResolution(run, state, layer, zoom, cache) {
  let resolution = state.res === "auto" ? resolutionForZoom(zoom) : +state.res;
  if (layer.ofCity) resolution = Math.min(resolution, run.facts.city.resolution);
  while (resolution > 3 && groupAt(run, layer, resolution, cache).words.length > MAX_HEXES_AT_ONCE) resolution--;
  return resolution;
}

function groupAt(run, layer, resolution, cache) {
  const key = `${layer.ofCity ? "city" : "hotspots"} ${resolution}`;
  if (!cache.has(key)) cache.set(key, hexesOf(layer.ofCity ? run.cityCells : run.cells, resolution));
  return cache.get(key);
}

/** Limits over all profiles, and over all epochs where one is shown: colours stay comparable while one looks around. */
function autoLimits(run, state, layer, group, frame, weights, cache) {
  const whole = frame === run.facts.n_frames;
  const key = `limits ${layer.name} ${group.resolution} ${layer.ofCity || whole} ${layer.name === "suspicion" ? state.judge : ""}`;
  if (!cache.has(key)) {
    const all = [];
    const frames = layer.ofCity ? [0] : whole ? [frame] : [...Array(run.facts.n_frames).keys()];
    const profiles = layer.ofCity || layer.diverging ? [0] : run.facts.runs.keys();
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

function hexDeckLayers(run, picture, phantoms, dark) {
  const shown = [...picture.values.keys()].filter((hex) => !Number.isNaN(picture.values[hex]));
  const fill = (hex) => {
    const at = 3 * Math.round(shareOf(picture.values[hex], picture.limits) * (SHADES - 1));
    return [picture.shades[at], picture.shades[at + 1], picture.shades[at + 2], dark ? 215 : 205];
  };
  const ring = (hex) => ringOf(picture.group, hex, run.unwrap);
  return [
    new deck.SolidPolygonLayer({ id: "hexes", data: shown, getPolygon: (hex) => shrunk(ring(hex)), getFillColor: fill }),
    phantoms.length && new deck.PathLayer({ id: "phantoms", data: phantoms, getPath: ring, getColor: rgb(dark ? "#ff9356" : "#c24400"), widthUnits: "pixels", getWidth: 2.5 }),
  ];
}
