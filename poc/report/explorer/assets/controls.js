const LISTED = 100;

const option = (value, text, chosen) => make("option", { value, selected: value === chosen }, text);

/** A labelled choice that sets one entry of the state. */
function choice(id, title, entries, state, name, set) {
  const select = make("select", { id, change: () => set({ [name]: select.value }) }, ...entries.map(([value, text]) => option(value, text, state[name])));
  return make("label", { class: "row", for: id }, make("span", {}, title), select);
}

/** Everything in the left column; drawn anew when the state changes, focus kept by id. */
function drawControls(holder, run, state, layers, set) {
  const { facts } = run, about = facts.runs[+state.profile];
  const attacks = (facts.words.attack || []).filter(Boolean);
  const reasons = [...new Set(facts.runs.flatMap((_, k) => [...(run.raw(`run${k}_reason_number`) || [])]))].filter(Boolean).sort((a, b) => a - b);
  const rows = [
    make("h2", {}, "Hexes"),
    choice("layer", "Show", layers.map((layer) => [layer.name, layer.unit ? `${layer.title} [${layer.unit}]` : layer.title]), state, "layer", set),
    facts.runs.length > 1 ? choice("profile", "Profile", facts.runs.map((each, k) => [String(k), each.profile]), state, "profile", set) : "",
    choice("res", "Hex size", [["auto", "by zoom"], ...[5, 6, 7, 8, 9, 10, 11].map((res) => [String(res), `resolution ${res}`])], state, "res", set),
  ];
  if (!facts.crowds) rows.push(
    make("h2", {}, "On the map"),
    make("fieldset", {}, ...["hotspots", "estimated", "actual", "links", "base"].filter((what) => what !== "actual" || run.raw("attack")).map((what) => {
      const box = make("input", { type: "checkbox", id: `show-${what}`, checked: !hides(state, what), change: () => {
        const hidden = new Set(state.hide.split(",").filter(Boolean));
        if (box.checked) hidden.delete(what); else hidden.add(what);
        set({ hide: [...hidden].sort().join(",") });
      } });
      return make("label", {}, box, ` ${{ estimated: "estimated", actual: "actual", links: "chosen's links", base: "base map" }[what] || what}`);
    })),
    make("h2", {}, "Filter"),
    about.detectors.length > 1 ? choice("judge", "Judge", about.detectors.map((name) => [name, name]), state, "judge", set) : "",
    attacks.length ? choice("attack", "Attack", [["", "all hotspots"], ["honest", "honest only"], ["liars", "all liars"], ...attacks.map((name) => [name, name])], state, "attack", set) : quiet(facts.words.attack ? "No hotspot lies in this run." : "The run came without truth: nobody can be called a liar."),
    about.detectors.length ? choice("verdict", "Verdict", [["", "any verdict"], ...VERDICTS.slice(1).map((word) => [word, word])], state, "verdict", set) : quiet("No detector ran: there is no verdict."),
    reasons.length ? choice("reason", "Reason", [["", "any reason"], ...reasons.map((number) => [String(number), facts.reasons[number][0]])], state, "reason", set) : quiet("No report failed, or none was kept."),
    make("h2", {}, "Hotspots"), searchBox(run, set), make("p", { class: "quiet", id: "matching", role: "status" }), make("ol", { id: "list" }),
  );
  else rows.push(quiet(`${facts.n_hotspots.toLocaleString("en")} hotspots are too many to show one by one: hexes of ${run.n.toLocaleString("en")} groups.`));
  const focused = document.activeElement?.id, typed = document.getElementById("search")?.value || "", scrolled = holder.scrollTop;
  holder.replaceChildren(...rows.filter(Boolean));
  const search = document.getElementById("search");
  if (search) { search.value = typed; listHotspots(run, state, typed, set); }
  if (focused && holder.querySelector(`#${CSS.escape(focused)}`)) document.getElementById(focused).focus();
  holder.scrollTop = scrolled;
}

function searchBox(run, set) {
  const box = make("input", {
    type: "search", id: "search", placeholder: "Hotspot id", "aria-label": "Search a hotspot by id", autocomplete: "off",
    input: () => window.explorer.list(box.value.trim()),
    keydown: (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const first = document.querySelector("#list button");
      if (first) { set({ hotspot: first.dataset.id }, true); }
    },
  });
  return box;
}

/** Matching hotspots, most suspected first. A search looks through all of them, whatever the filters say. */
function listHotspots(run, state, typed, set) {
  const probability = probabilityPlane(state, run), verdict = verdictPlane(state, run), mask = typed ? null : maskOf(state, run);
  const rows = [...Array(run.n).keys()].filter((row) => (!mask || mask[row]) && (!typed || run.ids[row].startsWith(typed)));
  rows.sort((a, b) => (probability ? (probability[b] || 0) - (probability[a] || 0) : 0) || a - b);
  const status = document.getElementById("matching");
  status.textContent = !run.n ? "There is no hotspot in this run." : !rows.length ? (typed ? `No hotspot's id begins with ${typed}.` : "No hotspot passes these filters.")
    : `${rows.length.toLocaleString("en")} of ${run.n.toLocaleString("en")}${typed ? " begin so" : ""}${probability ? ", most suspected first" : ""}${rows.length > LISTED ? `; ${LISTED} listed` : ""}`;
  document.getElementById("list").replaceChildren(...rows.slice(0, LISTED).map((row) => {
    const word = VERDICTS[verdict ? verdict[row] : 0];
    return make("li", {}, make("button", { type: "button", id: `hotspot-${run.ids[row]}`, "data-id": run.ids[row], "aria-current": run.ids[row] === state.hotspot ? "true" : null, title: word, click: () => set({ hotspot: run.ids[row] }, true) },
      make("span", { class: word, "aria-label": word }, word === "suspect" ? "▲" : word === "undecided" ? "◆" : "●"), make("span", {}, run.ids[row]), make("span", { class: word }, probability ? probable(probability[row]) : "")));
  }));
}

/** The epoch slider: arrows step by one, Page-Up and Page-Down by a fifth. */
function drawTime(form, run, state, set) {
  const n = run.facts.n_frames, whole = state.epoch === "all", last = n - 1;
  if (!form.firstChild) {
    const slider = make("input", { type: "range", id: "epoch", min: 0, max: Math.max(last, 0), step: 1, "aria-label": "Epoch", input: () => set({ epoch: slider.value }), keydown: (event) => {
      const jump = { PageUp: 1, PageDown: -1 }[event.key];
      if (!jump) return;
      event.preventDefault();
      const from = run.current().epoch === "all" ? (jump > 0 ? -1 : n) : +slider.value;
      set({ epoch: String(Math.min(last, Math.max(0, from + jump * Math.max(2, Math.round(n / 5))))) });
    } });
    form.append(make("button", { type: "button", id: "whole", click: () => set({ epoch: run.current().epoch === "all" ? document.getElementById("epoch").value : "all" }) }, "Whole run"), slider, make("output", { id: "when", for: "epoch" }));
    form.addEventListener("submit", (event) => event.preventDefault());
  }
  const slider = form.querySelector("input");
  slider.disabled = n < 2;
  slider.value = whole ? slider.value : state.epoch;
  slider.setAttribute("aria-valuetext", whole ? "whole run" : epochName(run, +state.epoch));
  form.querySelector("button").setAttribute("aria-pressed", String(whole));
  form.querySelector("output").textContent = n < 2 ? "The run has one epoch." : whole ? measuredText(run.facts) : epochText(run, +state.epoch);
}

function epochText(run, frame) {
  const { start_s: start, epoch_s: length, epochs_per_frame: each, first_measured: first } = run.facts;
  const day = start === null || start === undefined ? "" : `, ${new Date((start + frame * each * length) * 1000).toISOString().slice(0, 10)}`;
  return epochName(run, frame) + day + ((frame + 1) * each <= first ? " (warm-up)" : "");
}

/** The epochs after warm-up: "measured epochs 2–8", or "measured epoch 1". */
const measuredText = ({ first_measured: first, n_epochs: n }) => (first === n - 1 ? `measured epoch ${first}` : `measured epochs ${first}–${n - 1}`);
