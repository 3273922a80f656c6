const NO_DEGREES = -2147483648;
const NO_COUNT = 65535;
const VERDICTS = ["unscored", "honest", "undecided", "suspect"]; // as in score_columns.py
/** How stored whole numbers become values: [step, offset]. */
const SCALES = {
  scale: [1e-4, 0], n_witnesses: [1, 0], loss_tenths_db: [0.1, 0], rssi_tenths_db_over_minus_200: [0.1, -200],
};

/** Running sum of differences; ids and cells are stored as steps. */
function ascending(steps) {
  const values = new BigUint64Array(steps.length);
  for (let i = 0, sum = 0n; i < steps.length; i++) values[i] = sum += steps[i];
  return values;
}

/** Everything asked of the run, decoded on first use. Rows are hotspots (or hexes of a crowd). */
function openRun(payload) {
  const facts = payload.facts;
  const cache = new Map();
  const once = (name, make) => {
    if (!cache.has(name)) cache.set(name, make());
    return cache.get(name);
  };
  const n = facts.crowds ? facts.n_rows : facts.n_hotspots;
  const cells = payload.column("cell") || new BigUint64Array(0);
  const middle = middleLongitude(payload, facts);
  const unwrap = (longitude) => middle + ((((longitude - middle + 540) % 360) + 360) % 360) - 180;
  const degrees = (name, turn) => once(name, () => {
    const raw = payload.column(name);
    return raw && Float64Array.from(raw, (v) => (v === NO_DEGREES ? NaN : turn(v * 1e-6)));
  });
  return {
    facts, n, cells, unwrap,
    raw: (name) => once(`raw ${name}`, () => payload.column(name)),
    has: payload.has,
    get ids() { return once("ids", () => (payload.has("id") ? Array.from(ascending(payload.column("id")), String) : [])); },
    get rowOfId() { return once("rowOfId", () => new Map(this.ids.map((id, row) => [id, row]))); },
    get cityCells() { return once("cityCells", () => ascending(payload.column("city_cell") || new BigUint64Array(0))); },
    get coverageCells() { return once("coverageCells", () => ascending(payload.column("coverage_cell") || new BigUint64Array(0))); },
    get coverageResolution() { return once("coverageResolution", () => (this.coverageCells.length ? Number((this.coverageCells[0] >> 52n) & 15n) : 0)); },
    stepped: (name, [step, offset]) => once(`stepped ${name}`, () => Float32Array.from(payload.column(name), (v) => (v === NO_COUNT ? NaN : v * step + offset))),
    latitude: (name) => degrees(`${name}_latitude`, (v) => v),
    longitude: (name) => degrees(`${name}_longitude`, unwrap),
    /** One plane of a column of run `k`: frame number, or n_frames for the whole run. NaN where there is no value. */
    plane(k, name, frame) {
      return once(`${k} ${name} ${frame}`, () => {
        const raw = payload.column(`run${k}_${name}`);
        if (!raw) return null;
        const part = raw.subarray(frame * n, (frame + 1) * n);
        if (raw instanceof Float32Array || raw instanceof Uint8Array) return part;
        const [step, offset] = SCALES[name] || [1e-4, 0];
        return Float32Array.from(part, (v) => (v === NO_COUNT ? NaN : v * step + offset));
      });
    },
    /** First link of each sender, one more at the end; null where the run kept no links. */
    linkOffsets(k) {
      return once(`${k} links`, () => {
        const counts = payload.column(`run${k}_link_n_of_sender`);
        if (!counts) return null;
        const offsets = new Uint32Array(n + 1);
        for (let row = 0; row < n; row++) offsets[row + 1] = offsets[row] + counts[row];
        return offsets;
      });
    },
    /** Reasons of one hotspot: {whose, reason, n}, in the measured epochs. */
    reasons(k, row) {
      const rows = this.raw(`run${k}_reason_row`);
      const found = [];
      if (!rows) return found;
      const [whose, number, count] = ["whose", "number", "n"].map((name) => this.raw(`run${k}_reason_${name}`));
      let low = 0;
      for (let high = rows.length; low < high;) {
        const mid = (low + high) >> 1;
        if (rows[mid] < row) low = mid + 1; else high = mid;
      }
      for (; low < rows.length && rows[low] === row; low++) found.push({ whose: whose[low], reason: number[low], n: count[low] });
      return found;
    },
    attackOf(row) { const code = this.raw("attack"); return code ? facts.words.attack[code[row]] : ""; },
    evidence: (k, detector, row) => facts.runs[k].evidence[detector]?.[row] || "",
  };
}

/** A longitude that the map is unrolled around, so that nothing breaks at the antimeridian. */
function middleLongitude(payload, facts) {
  if (facts.city) {
    const [, west, , east] = facts.city.bounds;
    return west + ((((east - west) % 360) + 360) % 360) / 2;
  }
  const raw = payload.column("asserted_longitude");
  let x = 0, y = 0;
  for (const v of raw || []) if (v !== NO_DEGREES) { x += Math.cos((v * Math.PI) / 180e6); y += Math.sin((v * Math.PI) / 180e6); }
  return (Math.atan2(y, x) * 180) / Math.PI || 0;
}

function distanceM(latitude1, longitude1, latitude2, longitude2) {
  const r = Math.PI / 180;
  const a = Math.sin(((latitude2 - latitude1) * r) / 2) ** 2
    + Math.cos(latitude1 * r) * Math.cos(latitude2 * r) * Math.sin(((longitude2 - longitude1) * r) / 2) ** 2;
  return 2 * 6371008.8 * Math.asin(Math.min(1, Math.sqrt(a)));
}

function bearingDeg(latitude1, longitude1, latitude2, longitude2) {
  const r = Math.PI / 180;
  const east = Math.sin((longitude2 - longitude1) * r) * Math.cos(latitude2 * r);
  const north = Math.cos(latitude1 * r) * Math.sin(latitude2 * r)
    - Math.sin(latitude1 * r) * Math.cos(latitude2 * r) * Math.cos((longitude2 - longitude1) * r);
  return ((Math.atan2(east, north) / r) + 360) % 360;
}
