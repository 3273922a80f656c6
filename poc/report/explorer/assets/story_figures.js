/** Small figures of a story as SVG: colours come from the page, series differ in more than colour. */
const N_WINDS = 16;
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

/** How much more each link loses than is usual in this run at its asserted distance: below 0 it is stronger. */
function residualFigure(run, state, row) {
  const k = +state.profile, losses = run.raw(`run${k}_link_loss_tenths_db`), odd = new Set(expectedWitnesses(run, state, row)?.heardFar);
  const middle = medianLosses(run, k);
  const own = losses && middle.length ? linkPoints(run, k, row).filter((point) => losses[point.at] !== NO_COUNT).map((point) => ({ ...point, residual: losses[point.at] / 10 - usualLoss(middle, point.metres) })) : [];
  if (!own.length) return null;
  const most = Math.max(10, Math.ceil(Math.max(...own.map((point) => Math.abs(point.residual))) / 10) * 10);
  const far = Math.max(2, ...own.map((point) => point.metres / 1000)), near = 0.1;
  const x = (metres) => 40 + (Math.log(Math.max(metres / 1000, near) / near) / Math.log(far / near)) * 312;
  const y = (db) => 14 + ((most - db) / (2 * most)) * 110;
  const svg = canvasFor(152, "Residual loss of links against asserted distance");
  for (const db of [-most, -most / 2, 0, most / 2, most]) svg.append(drawn("path", { d: `M40 ${y(db)}H354`, stroke: db ? "var(--line)" : "var(--muted)", "stroke-dasharray": db ? "none" : "5 3" }), words(36, y(db) + 3, said(db), "end"));
  for (const km of [0.1, 0.3, 1, 3, 10, 30, 100].filter((km) => km <= far)) svg.append(words(x(km * 1000), 136, `${km}`, "middle"));
  svg.append(words(354, 148, "asserted distance [km]", "end"), words(44, 8, "loss beyond the usual at this distance [dB]"), words(354, y(-most) - 3, "stronger than usual", "end"));
  for (const point of own) {
    const strange = odd.has(point.peer);
    svg.append(drawn("circle", { cx: x(point.metres), cy: y(point.residual), r: strange ? 4 : 2.6, fill: strange ? "none" : "var(--honest)", stroke: strange ? "var(--suspect)" : "none", "stroke-width": 2 },
      drawn("title", {}, `${run.ids[point.peer]}: ${said(point.residual, "dB")} at ${said(point.metres / 1000, "km")}`)));
  }
  return svg;
}

/** Between the medians of the bins, along the logarithm of the distance; beyond them their ends. */
function usualLoss(middle, metres) {
  const after = middle.findIndex((bin) => bin.metres >= metres);
  if (after <= 0) return (after ? middle[middle.length - 1] : middle[0]).loss;
  const [low, high] = [middle[after - 1], middle[after]];
  return low.loss + (high.loss - low.loss) * (Math.log(metres / low.metres) / Math.log(high.metres / low.metres));
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

/** From which directions it is heard: reports by bearing of the asserted witness. */
function reportRose(run, state, row) {
  if (!run.linkOffsets(+state.profile)) return null;
  const latitude = run.latitude("asserted"), longitude = run.longitude("asserted");
  const nHeard = run.raw(`run${state.profile}_link_n_heard`), winds = new Float64Array(N_WINDS);
  for (const { peer, at } of linkPoints(run, +state.profile, row)) winds[Math.round(bearingDeg(latitude[row], longitude[row], latitude[peer], longitude[peer]) / 22.5) % N_WINDS] += nHeard[at];
  return rose(winds, "Reports about its beacons by direction of the witness", (n) => `${said(n)} reports`, "var(--muted)");
}

/** From which directions its pay comes: by bearing of the hotspot it heard or was heard by. */
function earningRose(run, state, row) {
  const perMille = run.raw(`run${state.profile}_earned_by_wind_per_mille`), paid = run.plane(+state.profile, "paid_hnt", run.facts.n_frames);
  if (!perMille || !paid) return null;
  const winds = Array.from(perMille.subarray(row * N_WINDS, (row + 1) * N_WINDS), (share) => (share / 1000) * paid[row]);
  return rose(winds, "Pay by direction of the other end", (amount) => said(amount, "HNT"), "var(--honest)");
}

/** Sixteen winds; the area of a petal is its amount. */
function rose(winds, title, amountOf, colour) {
  const most = Math.max(...winds);
  if (!most) return null;
  const svg = canvasFor(140, title);
  svg.append(drawn("circle", { cx: 250, cy: 70, r: 56, fill: "none", stroke: "var(--line)" }), words(250, 10, "N", "middle"), words(250, 138, "S", "middle"), words(310, 74, "E"), words(190, 74, "W", "end"));
  title.split(" by ").forEach((part, line) => svg.append(words(4, 14 + 12 * line, line ? `by ${part}` : part)));
  svg.append(words(4, 136, `longest: ${amountOf(most)}`));
  winds.forEach((amount, wind) => {
    const r = 56 * Math.sqrt(amount / most), point = (turn) => `${250 + r * Math.sin(((wind + turn) * Math.PI) / 8)} ${70 - r * Math.cos(((wind + turn) * Math.PI) / 8)}`;
    if (amount) svg.append(drawn("path", { d: `M250 70L${point(-0.45)}A${r} ${r} 0 0 1 ${point(0.45)}Z`, fill: colour }, drawn("title", {}, amountOf(amount))));
  });
  return svg;
}

/** "epoch 3", or "epochs 3–5" where a frame holds several. */
function epochName(run, frame) {
  const { epochs_per_frame: each, n_epochs: n } = run.facts;
  return each === 1 ? `epoch ${frame}` : `epochs ${frame * each}–${Math.min((frame + 1) * each, n) - 1}`;
}
