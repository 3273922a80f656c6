/** Words on the map as page elements: placed greedily, most important first, and left out where they would overlap. */
const LABEL_GAP = 3;
const MAX_LABELS = 40;
const HOTSPOT_NAMES_FROM_ZOOM = 14;

function labelsWanted(run, state, zoom) {
  const wanted = [];
  const row = run.rowOfId.get(state.hotspot);
  if (row !== undefined) {
    for (const which of ["asserted", "estimated", "actual"]) {
      const place = placeOf(run, state, which, row);
      if (place) wanted.push({ place, text: which });
    }
    const found = expectedWitnesses(run, state, row);
    if (found && !hides(state, "links")) {
      found.silentNear.slice(0, 3).forEach((peer) => wanted.push({ place: placeOf(run, state, "asserted", peer), text: `silent: ${run.ids[peer]}` }));
      found.heardFar.slice(0, 3).forEach((peer) => wanted.push({ place: placeOf(run, state, "asserted", peer), text: `heard it from afar: ${run.ids[peer]}` }));
    }
  }
  if (zoom >= HOTSPOT_NAMES_FROM_ZOOM && !run.facts.crowds && !hides(state, "hotspots")) {
    shownRows(run, state).forEach((each) => each !== row && wanted.push({ place: placeOf(run, state, "asserted", each), text: run.ids[each] }));
  }
  return wanted.filter((label) => label.place);
}

function placeLabels(holder, wanted, viewport) {
  holder.replaceChildren();
  const taken = [];
  for (const { place, text } of wanted) {
    if (taken.length >= MAX_LABELS) break;
    const [x, y] = viewport.project(place);
    if (x < 0 || y < 0 || x > viewport.width || y > viewport.height) continue;
    const label = document.createElement("span");
    label.textContent = text;
    holder.append(label);
    const { offsetWidth: width, offsetHeight: height } = label;
    const spots = [[14, -height / 2], [-width - 14, -height / 2], [-width / 2, -height - 13], [-width / 2, 13]];
    const box = spots.map(([dx, dy]) => ({ left: x + dx, top: y + dy, right: x + dx + width, bottom: y + dy + height }))
      .find((b) => b.left >= 0 && b.top >= 0 && b.right <= viewport.width && b.bottom <= viewport.height
        && taken.every((t) => b.left > t.right + LABEL_GAP || b.right < t.left - LABEL_GAP || b.top > t.bottom + LABEL_GAP || b.bottom < t.top - LABEL_GAP));
    if (!box) { label.remove(); continue; }
    taken.push(box);
    label.style.transform = `translate(${Math.round(box.left)}px, ${Math.round(box.top)}px)`;
  }
}

/** A round distance that is about 100 pixels long. */
function drawScaleBar(bar, viewport) {
  const { metresPerPixel } = viewport;
  const unit = 10 ** Math.floor(Math.log10(metresPerPixel * 110));
  const length = [5, 2, 1].map((n) => n * unit).find((m) => m <= metresPerPixel * 110);
  bar.querySelector("i").style.width = `${length / metresPerPixel}px`;
  bar.querySelector("span").textContent = length >= 1000 ? `${length / 1000} km` : `${length} m`;
}
