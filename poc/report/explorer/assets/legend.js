/** Colour bar with units, limits to change, what the hexes are, and the shapes on the map. */
function drawLegend(holder, run, state, picture, phantoms, byMembers, set, dark) {
  const { layer, limits, shades } = picture;
  const focused = document.activeElement?.id, open = holder.querySelector("details")?.open ?? innerWidth > 720;
  const parts = [];
  if (layer.name !== "none") {
    const bar = make("canvas", { width: SHADES, height: 1, role: "img", "aria-label": `colours from ${said(limits.low)} to ${said(limits.high)} ${layer.unit}` });
    const pen = bar.getContext("2d"), image = pen.createImageData(SHADES, 1);
    for (let i = 0; i < SHADES; i++) image.data.set([shades[3 * i], shades[3 * i + 1], shades[3 * i + 2], 255], 4 * i);
    pen.putImageData(image, 0, 0);
    const limit = (name, value) => {
      const box = make("input", { type: "number", step: "any", id: name, "aria-label": `${name} end of the colours`, value: String(+(+value).toPrecision(4)), change: () => set({ [name]: box.value }) });
      return box;
    };
    const n = picture.values.filter((value) => !Number.isNaN(value)).length;
    parts.push(
      bar,
      make("div", { class: "limits" }, limit("low", limits.low), make("span", {}, limits.scale === "log" ? "log scale" : ""), limit("high", limits.high)),
      make("p", { id: "legend-about" }, n ? `${n.toLocaleString("en")} hexes of resolution ${picture.resolution}: ${layer.about}.${layer.limits ? "" : " Outliers take the end colours."}${layer.grid ? modelWords(run, layer) : membershipWords(picture, byMembers)}` : `No hex has a value here: ${layer.about}.`),
      phantoms.length ? make("p", { class: "suspect" }, `⬡ outlined: ${phantoms.length} only on the word of liars (graders' knowledge)`) : "",
      layer.diverging ? "" : make("p", {}, "Colours ", (() => {
        const select = make("select", { id: "colours", "aria-label": "Colour scale", change: () => set({ colours: select.value }) }, ...Object.keys(PALETTES).map((name) => option(name, name, paletteOf(layer, state))));
        return select;
      })(), make("span", { title: "viridis and cividis run evenly from dark to light; markers are those of Okabe and Ito, and differ in shape" }, " safe for colour-blind eyes "), state.low || state.high ? make("button", { type: "button", id: "reset-limits", click: () => set({ low: "", high: "" }) }, "Reset limits") : ""),
    );
  }
  if (!run.facts.crowds) parts.push(shapeKeys(run, dark));
  holder.replaceChildren(make("details", { open }, make("summary", {}, layer.name === "none" ? "Legend" : `${layer.title}${layer.unit ? ` [${layer.unit}]` : ""}`), ...parts.filter(Boolean)));
  if (focused && holder.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
}

/** How a hex is drawn beside how the rules count it. */
function membershipWords(picture, byMembers) {
  if (picture.resolution >= MEMBER_RESOLUTION) return "";
  return byMembers ? " Outlines follow the cells of resolution 12 that count as the hex." : " Membership goes by cells of resolution 12, which can reach a little over the outline drawn.";
}

function modelWords(run, layer) {
  const { coverage } = run.facts;
  return layer.modelled && coverage ? ` Device: ${coverage.device}; ${coverage.model}, shadowing ${coverage.sigma_db} dB, ${coverage.n_nearest} nearest hotspots.` : "";
}

function shapeKeys(run, dark) {
  const colours = VERDICT_COLOURS[dark ? "dark" : "light"];
  const key = (shape, text) => make("li", {}, drawn("svg", { viewBox: "-8 -8 16 16", "aria-hidden": "true" }, shape), text);
  const dot = (word, r) => key(drawn("circle", { r, fill: colours[word] }), word);
  const judged = run.facts.runs.some((each) => each.detectors.length);
  const keys = judged ? [dot("suspect", 7), dot("undecided", 5), dot("honest", 5)] : [dot("unscored", 5)];
  if (judged) keys.push(key(drawn("path", { d: "M0-6L6 0L0 6L-6 0Z", fill: "none", stroke: dark ? "#e1a0c8" : "#963273", "stroke-width": 2.5 }), "estimated place"));
  if (run.raw("attack")) keys.push(key(drawn("path", { d: "M-5-5L5 5M5-5L-5 5", stroke: "currentColor", "stroke-width": 2.5 }), "actual place"));
  keys.push(key(drawn("rect", { x: -5, y: -5, width: 10, height: 10, fill: "none", stroke: dark ? "#f0b429" : "#8f6200", "stroke-width": 2.5 }), "silent peer"));
  return make("ul", { class: "keys" }, ...keys);
}
