/** The first picture: hexes and asserted places on the plain canvas of the base map, until WebGL takes over. */
const MAX_SKETCHED = 12000;

function sketch(pen, port, run, state, picture, phantoms, dark) {
  const trace = (ring) => {
    pen.beginPath();
    ring.forEach((point, at) => { const [x, y] = port.project(point); if (at) pen.lineTo(x, y); else pen.moveTo(x, y); });
  };
  for (const hex of shownHexes(picture)) {
    pen.fillStyle = `rgba(${shadeOf(picture, hex).join(",")},${hexOpacity(dark) / 255})`;
    trace(shrunk(ringOf(picture.group, hex, run.unwrap)));
    pen.fill();
  }
  pen.lineWidth = 2.5;
  pen.strokeStyle = PHANTOM_COLOURS[dark ? "dark" : "light"];
  for (const hex of phantoms) { trace(ringOf(picture.group, hex, run.unwrap)); pen.stroke(); }
  if (run.facts.crowds || hides(state, "hotspots")) return;
  const verdict = verdictPlane(state, run), colours = VERDICT_COLOURS[dark ? "dark" : "light"];
  const rows = shownRows(run, state), small = rows.length > CROWDED;
  pen.strokeStyle = dark ? "#0a0c0f" : "#fff";
  pen.lineWidth = 1.3;
  for (const row of drawingOrder(rows, verdict).slice(-MAX_SKETCHED)) {
    const word = VERDICTS[verdict ? verdict[row] : 0], [x, y] = port.project(placeOf(run, state, "asserted", row));
    pen.fillStyle = colours[word];
    pen.beginPath();
    pen.arc(x, y, radiusOf(word, small), 0, 7);
    pen.fill();
    if (!small) pen.stroke();
  }
}
