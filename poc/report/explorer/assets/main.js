const CLICK_PIXELS = 12;
const LEGEND_FITS_FROM = 760, CARD_OPEN_FROM = 900;
const NEAR_ENOUGH_M = 8000;
const element = (id) => document.getElementById(id);

/** A reason why nothing can be drawn, in words, with the way out. */
function sayInstead(sentence) {
  document.querySelector("main").replaceChildren(make("p", { class: "sorry", id: "sorry" }, sentence, " The page of figures says the same without it: ", make("a", { href: "figures.html" }, "figures.html"), "."));
}

function webglRenderer() {
  const context = document.createElement("canvas").getContext("webgl2");
  if (!context) return null;
  const details = context.getExtension("WEBGL_debug_renderer_info");
  const name = details ? context.getParameter(details.UNMASKED_RENDERER_WEBGL) : "unknown";
  context.getExtension("WEBGL_lose_context")?.loseContext();
  return String(name);
}

/** The view that holds the city and all asserted places, with room for the legend. */
function firstView(run, width, height) {
  const box = { west: Infinity, south: Infinity, east: -Infinity, north: -Infinity };
  const hold = (longitude, latitude) => {
    if (Number.isNaN(longitude)) return;
    box.west = Math.min(box.west, longitude); box.east = Math.max(box.east, longitude);
    box.south = Math.min(box.south, latitude); box.north = Math.max(box.north, latitude);
  };
  const longitude = run.longitude("asserted"), latitude = run.latitude("asserted");
  longitude?.forEach((each, row) => hold(each, latitude[row]));
  if (run.facts.crowds) for (const row of run.cells.keys()) { const [lat, lng] = h3.cellToLatLng(run.cells[row].toString(16)); hold(run.unwrap(lng), lat); }
  if (run.facts.city) {
    const [south, west, north, east] = run.facts.city.bounds;
    const left = run.unwrap(west);
    hold(left, south); hold(left + ((((east - west) % 360) + 360) % 360), north);
  }
  if (box.west > box.east) return { longitude: 0, latitude: 20, zoom: 1 };
  return fitted([[box.west, box.south], [box.east, box.north]], width, height, width > LEGEND_FITS_FROM ? { left: 284 } : {});
}

function viewFromText(text) {
  const [latitude, longitude, zoom] = text.split(",").map(Number);
  return [latitude, longitude, zoom].every(Number.isFinite) && Math.abs(latitude) <= 85 ? { latitude, longitude, zoom } : null;
}

async function start() {
  const began = performance.now();
  const run = openRun(await openPayload(element("run").textContent));
  element("run").remove();
  const layers = layersFor(run), cache = new Map(), base = baseMap(run, element("base"));
  let atlasMade = null;
  const atlas = () => (atlasMade ||= shapeAtlas());
  let state = fitting(stateFromFragment(), run, layers);
  run.current = () => state;
  const holder = element("map");
  const size = () => [holder.clientWidth || 600, holder.clientHeight || 400];
  let view = { longitude: 0, latitude: 0, zoom: 1 };
  let picture = null, phantoms = [], map = null, hexCount = 0, mostHexes = MAX_HEXES_AT_FIRST;
  const dark = () => (state.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  const viewport = () => new Viewport(view, ...size());

  function set(change, fly = false) {
    const before = state;
    const limitless = ["layer", "profile"].some((name) => name in change && change[name] !== state[name]) && change.layer !== undefined;
    state = fitting({ ...state, ...(limitless ? { low: "", high: "" } : {}), ...change }, run, layers);
    writeFragment(state, run);
    render();
    foldLegend(state.hotspot !== before.hotspot);
    if (state.hotspot && !before.hotspot) element("card").open = false;
    if (state.hotspot && (fly || (isPhone() && state.hotspot !== before.hotspot))) lookAt(run.rowOfId.get(state.hotspot));
    if (state.hotspot && state.hotspot !== before.hotspot) { element("story").scrollTop = 0; element("story").focus({ preventScroll: true }); controlsOpen(false); }
    if (!state.hotspot && before.hotspot) element("map").querySelector("canvas")?.focus({ preventScroll: true });
  }

  function lookAt(row) {
    if (!map || !placeOf(run, state, "asserted", row)) return;
    view = viewOf(row);
    map.setProps({ initialViewState: { ...view, maxZoom: 19, minZoom: 1 } });
    rememberView();
    render();
  }

  /** A hotspot with its places and those who heard it or should have, as far as they are near; clear of sheet and legend. */
  function viewOf(row) {
    const here = placeOf(run, state, "asserted", row), found = expectedWitnesses(run, state, row);
    const peers = found ? [...found.heardBy, ...found.silentNear].map((peer) => placeOf(run, state, "asserted", peer)) : [];
    const places = ["estimated", "actual"].map((which) => placeOf(run, state, which, row)).concat(peers)
      .filter((place) => place && distanceM(place[1], place[0], here[1], here[0]) < NEAR_ENOUGH_M).concat([here]);
    const box = [Math.min, Math.max].map((pick) => [0, 1].map((axis) => pick(...places.map((place) => place[axis]))));
    return fitted(box, ...size(), isPhone() ? { bottom: holder.clientHeight * 0.5 } : holder.clientWidth > LEGEND_FITS_FROM ? { left: 284 } : { bottom: 36 });
  }

  /** Where a story leaves the map little room, the legend shrinks to its title. */
  function foldLegend(changed) {
    const details = element("legend").querySelector("details");
    if (changed && state.hotspot && details && holder.clientWidth <= LEGEND_FITS_FROM) { details.open = false; }
  }

  const isPhone = () => matchMedia("(max-width:720px)").matches;
  const rememberView = () => {
    if (isOverruled()) return;
    state = { ...state, at: `${view.latitude.toFixed(4)},${view.longitude.toFixed(4)},${view.zoom.toFixed(2)}` };
    writeFragment(state, run);
  };

  const deckLayers = () => [
    hexDeckLayers(run, picture, phantoms, dark()), hotspotDeckLayers(run, state, atlas(), dark()), chosenDeckLayers(run, state, atlas(), dark()),
  ].flat().filter(Boolean);

  /** The first picture is there: what was left out for its sake follows. */
  function drawnFirst() {
    if (window.explorer.times.first) return;
    window.explorer.times.first = performance.now() - began;
    annotate();
    mostHexes = MAX_HEXES_AT_ONCE;
    if (usedResolution(run, state, picture.layer, view.zoom, cache, mostHexes) !== picture.resolution) setTimeout(render);
  }

  function render() {
    document.documentElement.dataset.theme = dark() ? "dark" : "light";
    element("theme").textContent = dark() ? "Light" : "Dark";
    picture = hexPicture(run, state, layers.find((each) => each.name === state.layer), view.zoom, cache, mostHexes);
    picture.near = membersShown(run, picture, viewport());
    phantoms = phantomHexes(run, state, picture);
    hexCount = shownHexes(picture).length;
    map?.setProps({ layers: deckLayers() });
    drawControls(element("controls"), run, state, layers, set);
    drawTime(element("time"), run, state, set);
    drawLegend(element("legend"), run, state, picture, phantoms, picture.near.length > 0, set, dark());
    tellStory(element("story"), run, state, set);
    annotate();
  }

  function annotate() {
    if (!holder.clientWidth) return;
    const port = viewport();
    base.draw(view, dark(), hides(state, "base"), window.explorer?.times.first ? null : (pen) => sketch(pen, port, run, state, picture, phantoms, dark()));
    placeLabels(element("labels"), labelsWanted(run, state, view.zoom), port);
    drawScaleBar(element("scale-bar"), port);
  }

  function moved({ viewState }) {
    view = { longitude: viewState.longitude, latitude: viewState.latitude, zoom: viewState.zoom };
    annotate();
    clearTimeout(moved.later);
    moved.later = setTimeout(() => {
      rememberView();
      if (usedResolution(run, state, picture.layer, view.zoom, cache, mostHexes) !== picture.resolution) render();
      else if (picture.near.length || membersShown(run, picture, viewport()).length) render();
    }, 180);
  }

  function nearest(x, y) {
    if (run.facts.crowds || hides(state, "hotspots")) return null;
    const port = viewport();
    let best = null, least = CLICK_PIXELS;
    for (const row of shownRows(run, state)) {
      const [px, py] = port.project(placeOf(run, state, "asserted", row));
      const apart = Math.hypot(px - x, py - y);
      if (apart < least) { least = apart; best = row; }
    }
    return best;
  }

  function hexAt(x, y) {
    if (picture.layer.name === "none") return null;
    const [longitude, latitude] = viewport().unproject([x, y]);
    const cell = h3.latLngToCell(latitude, ((((longitude + 180) % 360) + 360) % 360) - 180, picture.resolution);
    const hex = picture.group.find(parseInt(cell.slice(-8), 16), parseInt(cell.slice(0, -8), 16));
    return hex === undefined || Number.isNaN(picture.values[hex]) ? null : hex;
  }

  const within = (event) => { const box = holder.getBoundingClientRect(); return [event.clientX - box.left, event.clientY - box.top]; };

  function point(event) {
    const [x, y] = within(event), tip = element("tip"), row = nearest(x, y), hex = row === null ? hexAt(x, y) : null;
    tip.hidden = row === null && hex === null;
    if (tip.hidden) return;
    const unit = picture.layer.unit, n = hex !== null ? picture.members[hex] : 0;
    tip.textContent = row !== null ? `Hotspot ${run.ids[row]}: ${VERDICTS[verdictPlane(state, run)?.[row] ?? 0]}. Click for its story.`
      : `${said(picture.values[hex], unit)} · ${n.toLocaleString("en")} ${picture.layer.grid ? "cells" : `hotspot${n === 1 ? "" : "s"}`} · ${hexText(picture.group.words[hex])}`;
    tip.style.left = `${Math.min(x + 14, holder.clientWidth - 240)}px`;
    tip.style.top = `${Math.min(y + 14, holder.clientHeight - 60)}px`;
  }

  let pressed = null;
  holder.addEventListener("pointerdown", (event) => { pressed = [event.clientX, event.clientY]; });
  holder.addEventListener("pointermove", (event) => { if (!event.buttons) point(event); });
  holder.addEventListener("pointerleave", () => { element("tip").hidden = true; });
  holder.addEventListener("click", (event) => {
    if (pressed && Math.hypot(event.clientX - pressed[0], event.clientY - pressed[1]) > 5) return;
    const row = nearest(...within(event));
    if (row !== null) set({ hotspot: run.ids[row] }); else if (state.hotspot) set({ hotspot: "" });
  });
  const controlsOpen = (open) => { element("controls").classList.toggle("open", open); element("menu").setAttribute("aria-expanded", String(open)); };
  element("menu").addEventListener("click", () => controlsOpen(!element("controls").classList.contains("open")));
  element("theme").addEventListener("click", () => set({ theme: dark() ? "light" : "dark" }));
  element("copy-link").replaceWith(Object.assign(copyButton("Copy link", () => location.href), { id: "copy-link" }));
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") { if (state.hotspot) set({ hotspot: "" }); controlsOpen(false); } });
  addEventListener("hashchange", () => { written = location.hash; state = fitting(stateFromFragment(), run, layers); view = viewFromText(state.at) || view; map?.setProps({ initialViewState: { ...view } }); render(); });
  new ResizeObserver(annotate).observe(holder);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", render);

  drawFrame(run);
  drawCard(element("card"), run, !location.hash && holder.clientWidth > CARD_OPEN_FROM);
  drawTime(element("time"), run, state, set);
  tellStory(element("story"), run, state, set);
  const chosen = run.rowOfId.get(state.hotspot);
  view = viewFromText(state.at) || (chosen !== undefined && placeOf(run, state, "asserted", chosen) ? viewOf(chosen) : firstView(run, ...size()));
  window.explorer = {
    get state() { return state; }, get view() { return view; }, get base() { return base.counts; }, set, run,
    list: (typed) => listHotspots(run, state, typed, set), pixelOf: (id) => viewport().project(placeOf(run, state, "asserted", run.rowOfId.get(id))),
    get hexes() { return { n: hexCount, resolution: picture.resolution, limits: picture.limits, n_phantoms: phantoms.length, values: [...picture.values] }; },
    get layers() { return map.props.layers.map((each) => ({ id: each.id, n: each.props.data?.length ?? 1 })); },
    times: {},
  };
  render();
  foldLegend(true);
  window.explorer.times.script = performance.now() - began;
  performance.mark("first picture");
  await painted();
  window.explorer.times.sketch = performance.now() - began;
  const renderer = webglRenderer(); // asked late: in software it takes as long as the first picture
  if (!renderer) { sayInstead("This browser has no WebGL, so the map cannot be drawn."); return; }
  await loadDeck();
  map = new deck.Deck({
    parent: holder, views: new deck.MapView({ repeat: false }), controller: { keyboard: true, dragRotate: false, touchRotate: false }, initialViewState: { ...view, maxZoom: 19, minZoom: 1 },
    useDevicePixels: !/swiftshader|llvmpipe|software/i.test(renderer), layers: deckLayers(), onViewStateChange: moved, pickingRadius: 0, getCursor: ({ isDragging }) => (isDragging ? "grabbing" : "crosshair"),
    onAfterRender: () => { window.explorer.rendered = (window.explorer.rendered || 0) + 1; drawnFirst(); },
    onError: (error) => { console.error(error); sayInstead(`The map could not be drawn (${error.message}).`); },
  });
  const canvas = holder.querySelector("canvas");
  if (canvas) { canvas.tabIndex = 0; canvas.setAttribute("aria-label", holder.getAttribute("aria-label")); }
}

/** Once the browser has shown what was drawn. */
const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));

/** deck.gl is two megabytes of script: it is run only once there is a picture. */
async function loadDeck() {
  const source = element("deck.gl");
  document.body.append(Object.assign(document.createElement("script"), { textContent: source.textContent }));
  source.remove();
}

/** What came out and what is not modelled, on the map itself; a click on its title folds it. */
function drawCard(card, run, open) {
  const { facts } = run, listed = (texts) => make("ul", { class: "news" }, ...texts.map((text) => make("li", {}, text)));
  card.open = open;
  card.replaceChildren(make("summary", {}, "Result, and what is not modelled"), listed([...facts.news, ...facts.warnings]), make("p", { class: "quiet" }, "Not modelled:"), listed(facts.simplified),
    facts.n_hotspots && !facts.crowds ? make("p", { class: "quiet" }, "Click a hotspot for its story. Arrow keys move the map, + and − zoom.") : "");
}

/** What does not change: title, footer, and a note where there is little to see. */
function drawFrame(run) {
  const { facts } = run, profiles = facts.runs.map((each) => each.profile + (each.bent ? " (bent)" : ""));
  element("title").textContent = facts.title;
  element("world").textContent = [`seed ${facts.seed}`, `${facts.n_hotspots.toLocaleString("en")} hotspots`, profiles.join(" against "), facts.city?.name].filter(Boolean).join(" · ");
  const links = facts.runs[0].n_links;
  const missing = !facts.n_hotspots ? "There is no hotspot in this run." : links === 0 ? "Nobody heard anybody in this run: there are no witnesses." : "";
  element("note").textContent = missing;
  element("note").hidden = !missing;
  const kept = facts.runs.find((each) => each.n_links_kept < each.n_links);
  element("foot").append(
    make("span", {}, `scenario ${facts.title} · ${profiles.length > 1 ? "profiles" : "profile"} ${profiles.join(", ")} · seed ${facts.seed}`),
    make("span", {}, make("code", {}, facts.command), " "), copyButton("Copy command", facts.command),
    make("a", { href: "figures.html" }, "Figures and tables"),
    kept ? make("span", {}, `${kept.n_links_kept.toLocaleString("en")} of ${kept.n_links.toLocaleString("en")} links kept`) : "",
    facts.city ? make("span", {}, facts.city.attribution) : "",
    make("span", {}, "deck.gl 9.4.0 (MIT), h3-js 4.5.0 (Apache-2.0)"));
}

start().catch((error) => { console.error(error); sayInstead(`The page could not be opened (${error.message}).`); });
