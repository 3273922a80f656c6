/** An element with attributes and children; text stays text. Functions become listeners. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

const WHOSE = ["its beacons", "its witness reports", "its reports that fell with the beaconer", "reports about its beacons"];

/** One hotspot's story: verdict first, five numbers, then the argument, then the tables it rests on. */
function tellStory(holder, run, state, set) {
  const row = run.rowOfId.get(state.hotspot);
  holder.hidden = row === undefined;
  if (row === undefined) { holder.replaceChildren(); return; }
  const k = +state.profile, about = run.facts.runs[k];
  const section = (title, ...content) => content.some(Boolean) ? [make("h3", {}, title), ...content.filter(Boolean)] : [];
  holder.replaceChildren(
    storyHead(run, state, row, set), fiveNumbers(run, state, row),
    ...section("The argument", argument(run, state, row)),
    ...section("Paid by epoch", payFigure(run, row) || quiet("Nothing was paid to it under any profile.")),
    ...section("Residuals against distance", residualFigure(run, state, row) || quiet("No link of it was kept.")),
    ...section("Where it earns and is heard", earningRose(run, state, row), reportRose(run, state, row)),
    ...section("Who should have heard it, and whom it should", peers(run, state, row, set)),
    ...section("Detectors", detectorTable(run, k, row)),
    ...section("Reasons", reasonTable(run, k, row)),
    truthOf(run, state, row) || "",
    make("p", { class: "quiet" }, `Measured epochs under ${about.profile}.`),
    copyButton("Copy: poc explain", `poc explain ${about.folder || "DIR"} ${state.hotspot}`),
  );
}

const probable = (share) => (Number.isFinite(share) ? share.toFixed(3) : "–");
const quiet = (text) => make("p", { class: "quiet" }, text);

function storyHead(run, state, row, set) {
  const word = VERDICTS[verdictPlane(state, run, run.facts.n_frames)?.[row] ?? 0];
  const gain = run.raw("gain_tenths_dbi")[row] / 10 - 100, height = run.raw("height_tenths_m")[row] / 10;
  const place = placeOf(run, state, "asserted", row);
  const where = place ? `asserts ${place[1].toFixed(5)}°, ${place[0].toFixed(5)}°` : "asserts no place";
  return make("header", {}, make("div", {},
    make("span", { class: `verdict ${word}` }, word === "unscored" ? "unscored" : word.toUpperCase()),
    make("span", { class: "quiet" }, state.judge ? ` says ${state.judge}` : " no detector ran"),
    make("h2", {}, `Hotspot ${state.hotspot}`),
    quiet(`${where}; ${gain.toFixed(1)} dBi, ${said(height, "m")} above ground`)),
  make("button", { type: "button", id: "close-story", "aria-label": "Close the story", click: () => set({ hotspot: "" }) }, "✕"));
}

function fiveNumbers(run, state, row) {
  const k = +state.profile, whole = run.facts.n_frames;
  const paid = run.plane(k, "paid_hnt", whole), heard = expectedWitnesses(run, state, row);
  const rank = paid ? paid.reduce((n, value) => n + (value > paid[row] ? 1 : 0), 1) : 0;
  const radius = run.raw(`run${k}_detector${judgeNumber(state, run)}_radius_m`)?.[row];
  const moved = movedM(run, state, "estimated", row);
  const scale = run.plane(k, "scale", whole)?.[row];
  const loss = run.plane(k, "loss_tenths_db", whole)?.[row];
  const numbers = [
    ["Probability of a lie", probable(probabilityPlane(state, run, whole)?.[row]), ""],
    ["Paid", paid ? said(paid[row], "HNT") : "–", paid ? `rank ${rank.toLocaleString("en")} of ${run.n.toLocaleString("en")}` : ""],
    ["Heard by", heard ? String(heard.nHeard) : "–", heard && Number.isFinite(heard.nExpected) ? `${heard.nExpected.toFixed(1)} expected` : ""],
    ["Estimated away", moved === null ? "–" : moved >= 1000 ? said(moved / 1000, "km") : said(moved, "m"), Number.isFinite(radius) ? `± ${said(radius, "m")} (90 %)` : "not estimated"],
    ["Density scale", said(scale), Number.isFinite(loss) ? `mean loss ${said(loss, "dB")}` : ""],
  ];
  return make("dl", { class: "numbers" }, ...numbers.map(([name, value, beside]) =>
    make("div", {}, make("dt", {}, name), make("dd", {}, value, beside ? make("small", {}, ` ${beside}`) : ""))));
}

/** The sentences of `poc explain` where the page holds them, else short ones from the columns. */
function argument(run, state, row) {
  const k = +state.profile;
  const told = run.facts.runs[k].stories[run.ids[row]]?.findings;
  const sentences = told || shortArgument(run, state, row);
  return sentences.length ? make("ol", { id: "argument" }, ...sentences.map((text) => make("li", {}, text))) : quiet("The run kept nothing about this hotspot.");
}

function shortArgument(run, state, row) {
  const k = +state.profile, sentences = [];
  const reasons = run.reasons(k, row);
  const total = (whose) => reasons.filter((each) => each.whose === whose || (whose === 1 && each.whose === 2)).reduce((sum, each) => sum + each.n, 0);
  for (const each of reasons.filter((found) => found.reason).sort((a, b) => b.n - a.n).slice(0, 4)) {
    const [name, meaning] = run.facts.reasons[each.reason];
    const of = total(each.whose === 2 ? 1 : each.whose);
    const why = name + (meaning.startsWith("it failed the check") ? "" : `: ${meaning}`);
    const what = each.whose === 2 ? `${WHOSE[1]} fell with their beaconer` : `${WHOSE[each.whose]} failed`;
    sentences.push(`${each.n.toLocaleString("en")} of ${of.toLocaleString("en")} of ${what} (${why}).`);
  }
  const heard = expectedWitnesses(run, state, row);
  if (heard && Number.isFinite(heard.nExpected)) {
    sentences.push(`From its asserted place about ${heard.nExpected.toFixed(0)} hotspots should have heard it, and ${heard.nHeard} did; ${heard.silentNear.length} that likely should stayed silent, ${heard.heardFar.length} heard it from where at most 5 % do.`);
  }
  for (const detector of run.facts.runs[k].detectors) {
    const text = run.evidence(k, detector, row);
    if (text) sentences.push(`${detector}: ${text}.`);
  }
  return sentences;
}

function peers(run, state, row, set) {
  const found = expectedWitnesses(run, state, row);
  if (!found) return quiet("This run kept neither link statistics nor witness verdicts.");
  const list = (rows) => rows.slice(0, 8).flatMap((peer, i) => [i ? ", " : "", make("button", { type: "button", click: () => set({ hotspot: run.ids[peer] }, true) }, run.ids[peer])]);
  const line = (title, rows) => make("p", { class: "peers quiet" }, `${title} (${rows.length}): `, ...(rows.length ? list(rows) : ["none"]), rows.length > 8 ? " …" : "");
  const turned = expectedSenders(run, state, row);
  return make("div", {}, line("☐ Should have heard it, silent", found.silentNear), line("Heard it against the odds", found.heardFar),
    turned ? make("p", { class: "quiet" }, `It heard ${turned.nHeard} hotspots itself, ${turned.nExpected.toFixed(1)} expected.`) : "",
    turned ? line("It should have heard, and did not", turned.silentNear) : "", turned ? line("It heard against the odds", turned.heardFar) : "");
}

function detectorTable(run, k, row) {
  const { detectors, acting } = run.facts.runs[k], whole = run.facts.n_frames;
  if (!detectors.length) return quiet("No detector ran in this run.");
  return make("table", {}, make("tbody", {}, ...detectors.map((name, number) => {
    const word = VERDICTS[run.plane(k, `detector${number}_verdict`, whole)[row]];
    return make("tr", {}, make("th", { scope: "row" }, name, acting.includes(name) ? make("small", { class: "quiet" }, " acts") : ""),
      make("td", { class: word }, word), make("td", { class: "n" }, probable(run.plane(k, `detector${number}_probability`, whole)[row])));
  })));
}

function reasonTable(run, k, row) {
  const found = run.reasons(k, row);
  if (!found.length) return quiet("No verdict about it was kept.");
  const name = (number) => (number ? run.facts.reasons[number][0] : "valid");
  return make("table", { id: "reasons" }, make("tbody", {}, ...found.sort((a, b) => a.whose - b.whose || b.n - a.n).map((each) =>
    make("tr", {}, make("td", {}, WHOSE[each.whose]), make("td", {}, name(each.reason)), make("td", { class: "n" }, each.n.toLocaleString("en"))))));
}

function truthOf(run, state, row) {
  if (!run.raw("attack")) return null;
  const attack = run.attackOf(row), nuisance = run.facts.words.nuisance[run.raw("nuisance")[row]], moved = movedM(run, state, "actual", row);
  const text = `In truth it ${attack ? `belongs to the attack ${attack}` : "is honest"}${nuisance ? `, with an everyday trouble (${nuisance})` : ""}${moved === null ? "" : `, and stands ${moved >= 1000 ? said(moved / 1000, "km") : said(moved, "m")} from the asserted place`}.`;
  return make("p", { class: "truth", id: "truth" }, text, make("small", { class: "quiet" }, " The judges never see this."));
}

/** A button that copies a text, and says so; where the clipboard is closed, the text is shown to be copied by hand. */
function copyButton(title, text) {
  const button = make("button", { type: "button", title: typeof text === "string" ? text : "", click: async () => {
    const content = typeof text === "function" ? text() : text;
    try { await navigator.clipboard.writeText(content); button.textContent = "Copied"; } catch { window.prompt("Copy this text:", content); }
    setTimeout(() => { button.textContent = title; }, 1500);
  } }, title);
  return button;
}
