/** What is shown, all of it in the fragment of the address: a link opens the same view. Text throughout. */
const START = {
  layer: "rewards", profile: "0", epoch: "all", judge: "", res: "auto", colours: "", low: "", high: "",
  hotspot: "", attack: "", verdict: "", reason: "", hide: "", theme: "", at: "",
};

function stateFromFragment() {
  const given = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(Object.entries(START).map(([name, value]) => [name, given.get(name) ?? value]));
}

/** The state with what does not fit this run put back to the start. */
function fitting(state, run, layers) {
  const facts = run.facts;
  const fixed = { ...state };
  if (!layers.some((layer) => layer.name === fixed.layer)) fixed.layer = layers.find((layer) => layer.name === START.layer) ? START.layer : "none";
  if (!facts.runs[fixed.profile]) fixed.profile = START.profile;
  if (fixed.epoch !== "all" && !(Number.isInteger(+fixed.epoch) && +fixed.epoch >= 0 && +fixed.epoch < facts.n_frames)) fixed.epoch = "all";
  const about = facts.runs[fixed.profile];
  if (!about.detectors.includes(fixed.judge)) fixed.judge = about.judge && about.detectors.includes(about.judge) ? about.judge : about.detectors[0] || "";
  if (fixed.colours && !(fixed.colours in PALETTES)) fixed.colours = START.colours;
  if (fixed.res !== "auto" && !(+fixed.res >= 3 && +fixed.res <= 12)) fixed.res = "auto";
  if (fixed.hotspot && !run.rowOfId.has(fixed.hotspot)) fixed.hotspot = "";
  for (const name of ["low", "high"]) if (fixed[name] && !Number.isFinite(+fixed[name])) fixed[name] = "";
  return fixed;
}

let written = location.hash;

/** Whether somebody else changed the address and the page has not followed yet. */
const isOverruled = () => location.hash !== written;

function writeFragment(state, run) {
  const shown = new URLSearchParams();
  const usual = { ...START, judge: run.facts.runs[+state.profile].judge ?? "" };
  for (const [name, value] of Object.entries(state)) if (value !== usual[name]) shown.set(name, value);
  history.replaceState(null, "", `#${shown.toString().replaceAll("%2C", ",")}`);
  written = location.hash;
}

const frameOf = (state, run) => (state.epoch === "all" ? run.facts.n_frames : +state.epoch);

/** Which rows pass the filters; null where all do. */
function maskOf(state, run) {
  if (!state.attack && !state.verdict && !state.reason) return null;
  const k = +state.profile;
  const mask = new Uint8Array(run.n).fill(1);
  const verdict = verdictPlane(state, run);
  for (let row = 0; row < run.n; row++) {
    const attack = run.attackOf(row);
    if (state.attack === "honest" ? attack : state.attack === "liars" ? !attack : state.attack && attack !== state.attack) mask[row] = 0;
    if (state.verdict && VERDICTS[verdict ? verdict[row] : 0] !== state.verdict) mask[row] = 0;
  }
  if (state.reason) {
    const rows = run.raw(`run${k}_reason_row`) || [], reasons = run.raw(`run${k}_reason_number`) || [];
    const failed = new Uint8Array(run.n);
    for (let at = 0; at < rows.length; at++) if (reasons[at] === +state.reason) failed[rows[at]] = 1;
    for (let row = 0; row < run.n; row++) mask[row] &= failed[row];
  }
  return mask;
}

const judgeNumber = (state, run) => run.facts.runs[+state.profile].detectors.indexOf(state.judge);
const verdictPlane = (state, run, frame = frameOf(state, run)) => run.plane(+state.profile, `detector${judgeNumber(state, run)}_verdict`, frame);
const probabilityPlane = (state, run, frame = frameOf(state, run)) => run.plane(+state.profile, `detector${judgeNumber(state, run)}_probability`, frame);
