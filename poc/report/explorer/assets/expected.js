/** Who should have heard a hotspot, and who did: the counting of expected_witnesses.py, from asserted places alone. */
const DISTANCE_EDGES_M = [0, ...Array.from({ length: 28 }, (_, i) => 250 * (128000 / 250) ** (i / 27))];
const N_SAMPLED_SENDERS = 200;
const expectedCache = new Map();

function binOf(metres) {
  let bin = 0;
  while (bin + 1 < DISTANCE_EDGES_M.length && DISTANCE_EDGES_M[bin + 1] <= metres) bin++;
  return bin;
}

/** Rows that heard a sender in the measured epochs, or in one frame where the links say when. */
function heardBy(run, k, row, frame) {
  const offsets = run.linkOffsets(k);
  if (!offsets) return null;
  const witness = run.raw(`run${k}_link_witness`), frames = run.raw(`run${k}_link_frames`), later = run.raw(`run${k}_link_later_frames`);
  const found = [];
  for (let at = offsets[row]; at < offsets[row + 1]; at++) {
    if (frame === run.facts.n_frames || !frames || ((frame < 32 ? frames : later)[at] >>> (frame & 31)) & 1) found.push({ peer: witness[at], at });
  }
  return found;
}

/** Chance to hear a live sender by distance, over evenly taken senders. */
function chancesByDistance(run, k) {
  const key = `chances ${k}`;
  if (!expectedCache.has(key)) {
    const there = new Float64Array(DISTANCE_EDGES_M.length), heard = new Float64Array(DISTANCE_EDGES_M.length);
    const alive = run.raw(`run${k}_alive`), latitude = run.latitude("asserted"), longitude = run.longitude("asserted");
    const offsets = run.linkOffsets(k);
    const senders = [...Array(run.n).keys()].filter((row) => offsets[row + 1] > offsets[row] && !Number.isNaN(latitude[row]));
    const step = Math.max(1, senders.length / N_SAMPLED_SENDERS);
    for (let at = 0; at < senders.length; at += step) {
      const row = senders[Math.floor(at)];
      const hearing = new Set(heardBy(run, k, row, run.facts.n_frames).map((link) => link.peer));
      for (let peer = 0; peer < run.n; peer++) {
        if (peer === row || !alive[peer] || Number.isNaN(latitude[peer])) continue;
        const bin = binOf(distanceM(latitude[row], longitude[row], latitude[peer], longitude[peer]));
        there[bin]++;
        if (hearing.has(peer)) heard[bin]++;
      }
    }
    expectedCache.set(key, heard.map((n, bin) => (there[bin] ? n / there[bin] : 0)));
  }
  return expectedCache.get(key);
}

/**
 * {heardBy, silentNear, heardFar: rows; nExpected, nHeard} of the whole run; the links drawn follow the epoch.
 * Where the page holds the argument of `poc explain`, the lists are that argument's own.
 */
function expectedWitnesses(run, state, row) {
  const k = +state.profile, frame = frameOf(state, run);
  const key = `${k} ${row} ${frame}`;
  if (!expectedCache.has(key)) expectedCache.set(key, countExpected(run, k, row, frame));
  return expectedCache.get(key);
}

/** Those that a hotspot heard in the measured epochs: the links turned round, once. */
function heardOf(run, k, row) {
  const key = `turned ${k}`;
  if (!expectedCache.has(key)) {
    const offsets = run.linkOffsets(k), witness = run.raw(`run${k}_link_witness`), senders = Array.from({ length: run.n }, () => []);
    for (let sender = 0; sender < run.n; sender++) for (let at = offsets[sender]; at < offsets[sender + 1]; at++) senders[witness[at]].push(sender);
    expectedCache.set(key, senders);
  }
  return expectedCache.get(key)[row];
}

/** {nExpected, nHeard, silentNear, heardFar} of a hotspot as a receiver; null without links or place. */
function expectedSenders(run, state, row) {
  const k = +state.profile;
  if (!run.linkOffsets(k) || Number.isNaN(run.latitude("asserted")[row])) return null;
  const heard = heardOf(run, k, row);
  return { nHeard: heard.length, ...oddOnes(run, k, row, new Set(heard)) };
}

/** Peers against the chances of this run at their asserted distances; nearest and farthest first. */
function oddOnes(run, k, row, linked) {
  const alive = run.raw(`run${k}_alive`), latitude = run.latitude("asserted"), longitude = run.longitude("asserted"), chances = chancesByDistance(run, k);
  const metres = (peer) => distanceM(latitude[row], longitude[row], latitude[peer], longitude[peer]);
  const found = { silentNear: [], heardFar: [], nExpected: 0 };
  for (let peer = 0; peer < run.n; peer++) {
    if (peer === row || (!alive[peer] && !linked.has(peer)) || Number.isNaN(latitude[peer])) continue;
    const chance = chances[binOf(metres(peer))];
    found.nExpected += chance;
    if (!linked.has(peer) && chance >= 0.5) found.silentNear.push(peer);
    if (linked.has(peer) && chance <= 0.05) found.heardFar.push(peer);
  }
  found.silentNear.sort((a, b) => metres(a) - metres(b));
  found.heardFar.sort((a, b) => metres(b) - metres(a));
  return found;
}

function countExpected(run, k, row, frame) {
  const drawn = heardBy(run, k, row, frame);
  if (!drawn) return null;
  const links = heardBy(run, k, row, run.facts.n_frames);
  const found = { heardBy: drawn.map((link) => link.peer), silentNear: [], heardFar: [], nExpected: NaN, nHeard: links.length };
  if (Number.isNaN(run.latitude("asserted")[row])) return found;
  Object.assign(found, oddOnes(run, k, row, new Set(links.map((link) => link.peer))));
  const told = run.facts.runs[k].stories[run.ids[row]]?.neighbours;
  if (told) {
    const rows = (ids) => ids.map((id) => run.rowOfId.get(id)).filter((each) => each !== undefined);
    return { ...found, silentNear: rows(told.silent_near), heardFar: rows(told.heard_far), nExpected: told.n_expected, nHeard: told.n_heard };
  }
  return found;
}
