/** Small figures of a story as SVG: colours come from the page, series differ in more than colour. */
const SVG = "http://www.w3.org/2000/svg";

function drawn(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

const canvasFor = (height, label) => drawn("svg", { viewBox: `0 0 360 ${height}`, role: "img", "aria-label": label });
const words = (x, y, text, anchor = "start") => drawn("text", { x, y, "text-anchor": anchor }, text);

/** Pay by frame, one bar for each profile side by side: filled and outlined. */
function payFigure(run, row) {
  const { n_frames: n, runs } = run.facts;
  const pay = runs.map((_, k) => Array.from({ length: n }, (_, frame) => run.plane(k, "paid_hnt", frame)?.[row] ?? 0));
  const most = Math.max(...pay.flat());
  if (!most) return null;
  const svg = canvasFor(118, "Paid by epoch");
  const wide = 316 / n, thick = Math.max((wide * 0.8) / runs.length, 0.8);
  pay.forEach((amounts, k) => amounts.forEach((amount, frame) => {
    const high = (amount / most) * 80;
    svg.append(drawn("rect", { x: 40 + frame * wide + k * thick, y: 92 - high, width: Math.max(thick - 1, 0.8), height: high, fill: k ? "none" : "var(--honest)", stroke: k ? "var(--suspect)" : "var(--honest)" },
      drawn("title", {}, `${runs[k].profile}, ${epochName(run, frame)}: ${said(amount, "HNT")}`)));
  }));
  svg.append(drawn("path", { d: "M40 92H356", stroke: "var(--line)" }), words(36, 16, said(most), "end"), words(36, 94, "0", "end"), words(44, 8, "HNT"),
    words(40, 106, epochName(run, 0)), words(356, 106, epochName(run, n - 1), "end"));
  runs.forEach((each, k) => svg.append(drawn("rect", { x: 120 + k * 100, y: 110, width: 7, height: 7, fill: k ? "none" : "var(--honest)", stroke: k ? "var(--suspect)" : "var(--honest)" }), words(131 + k * 100, 117, each.profile)));
  return svg;
}

/** Mean loss of each link against its asserted distance, over the middle of all links of the run. */
function lossFigure(run, state, row) {
  const k = +state.profile, losses = run.raw(`run${k}_link_loss_tenths_db`), odd = new Set(expectedWitnesses(run, state, row)?.heardFar);
  const own = losses ? linkPoints(run, k, row).filter((point) => losses[point.at] !== NO_COUNT) : [];
  if (!own.length) return null;
  const middle = medianLosses(run, k);
  const level = [...own.map((point) => losses[point.at] / 10), ...middle.map((d) => d.loss)];
  const [least, most] = [Math.floor(Math.min(...level) / 10) * 10, Math.ceil(Math.max(...level) / 10) * 10];
  const far = Math.max(2, ...own.map((point) => point.metres / 1000), ...middle.map((d) => d.metres / 1000)), near = 0.1;
  const x = (metres) => 40 + (Math.log(Math.max(metres / 1000, near) / near) / Math.log(far / near)) * 312;
  const y = (loss) => 12 + ((most - loss) / (most - least || 1)) * 112;
  const svg = canvasFor(152, "Mean loss of links against asserted distance");
  for (let db = least; db <= most; db += 10) svg.append(drawn("path", { d: `M40 ${y(db)}H354`, stroke: "var(--line)" }), (db / 10) % 2 ? "" : words(36, y(db) + 3, String(db), "end"));
  for (const km of [0.1, 0.3, 1, 3, 10, 30, 100].filter((km) => km <= far)) svg.append(words(x(km * 1000), 136, `${km}`, "middle"));
  svg.append(words(354, 148, "asserted distance [km]", "end"), words(44, 8, "mean loss [dB]"));
  svg.append(drawn("path", { d: middle.map((d, i) => `${i ? "L" : "M"}${x(d.metres)} ${y(d.loss)}`).join(""), fill: "none", stroke: "var(--muted)", "stroke-width": 2, "stroke-dasharray": "5 3" }, drawn("title", {}, "median of all links of the run")));
  for (const point of own) {
    const strange = odd.has(point.peer);
    svg.append(drawn("circle", { cx: x(point.metres), cy: y(losses[point.at] / 10), r: strange ? 4 : 2.6, fill: strange ? "none" : "var(--honest)", stroke: strange ? "var(--suspect)" : "none", "stroke-width": 2 },
      drawn("title", {}, `${run.ids[point.peer]}: ${said(losses[point.at] / 10, "dB")} at ${said(point.metres / 1000, "km")}`)));
  }
  return svg;
}

function linkPoints(run, k, row) {
  const latitude = run.latitude("asserted"), longitude = run.longitude("asserted");
  return heardBy(run, k, row, run.facts.n_frames).filter(({ peer }) => !Number.isNaN(latitude[peer]) && !Number.isNaN(latitude[row]))
    .map(({ peer, at }) => ({ peer, at, metres: distanceM(latitude[row], longitude[row], latitude[peer], longitude[peer]) }));
}

/** Median loss of links by distance, in bins with ten links or more. */
function medianLosses(run, k) {
  const key = `median losses ${k}`;
  if (!expectedCache.has(key)) {
    const bins = DISTANCE_EDGES_M.map(() => []), losses = run.raw(`run${k}_link_loss_tenths_db`);
    const step = Math.max(1, Math.floor(run.n / 400));
    for (let row = 0; row < run.n; row += step) for (const { at, metres } of linkPoints(run, k, row)) if (losses[at] !== NO_COUNT) bins[binOf(metres)].push({ metres, loss: losses[at] / 10 });
    expectedCache.set(key, bins.filter((bin) => bin.length >= 10).map((bin) => {
      const middle = (name) => bin.map((d) => d[name]).sort((a, b) => a - b)[bin.length >> 1];
      return { metres: middle("metres"), loss: middle("loss") };
    }));
  }
  return expectedCache.get(key);
}

/** From which directions it is heard: reports by bearing of the asserted witness, sixteen winds. */
function roseFigure(run, state, row) {
  const latitude = run.latitude("asserted"), longitude = run.longitude("asserted");
  const nHeard = run.raw(`run${state.profile}_link_n_heard`), winds = new Float64Array(16);
  for (const { peer, at } of linkPoints(run, +state.profile, row)) winds[Math.round(bearingDeg(latitude[row], longitude[row], latitude[peer], longitude[peer]) / 22.5) % 16] += nHeard[at];
  const most = Math.max(...winds);
  if (!most) return null;
  const svg = canvasFor(140, "Reports by direction of the witness");
  svg.append(drawn("circle", { cx: 180, cy: 70, r: 56, fill: "none", stroke: "var(--line)" }), words(180, 10, "N", "middle"), words(180, 138, "S", "middle"), words(240, 74, "E"), words(120, 74, "W", "end"), words(356, 136, `longest: ${said(most)} reports`, "end"));
  winds.forEach((n, wind) => {
    const r = 56 * Math.sqrt(n / most), point = (turn) => `${180 + r * Math.sin(((wind + turn) * Math.PI) / 8)} ${70 - r * Math.cos(((wind + turn) * Math.PI) / 8)}`;
    if (n) svg.append(drawn("path", { d: `M180 70L${point(-0.45)}A${r} ${r} 0 0 1 ${point(0.45)}Z`, fill: "var(--honest)" }, drawn("title", {}, `${n} reports`)));
  });
  return svg;
}

/** "epoch 3", or "epochs 3–5" where a frame holds several. */
function epochName(run, frame) {
  const { epochs_per_frame: each, n_epochs: n } = run.facts;
  return each === 1 ? `epoch ${frame}` : `epochs ${frame * each}–${Math.min((frame + 1) * each, n) - 1}`;
}
