/** Colour scales that hold under every common colour blindness: cividis and viridis (matplotlib), a blue–orange pair. */
const PALETTES = {
  cividis: ["#00224e", "#123570", "#3b496c", "#575d6d", "#707173", "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838"],
  viridis: ["#440154", "#482878", "#3e4989", "#31688e", "#26828e", "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725"],
  greys: ["#f7f7f7", "#d0d0d0", "#a8a8a8", "#808080", "#585858", "#303030", "#080808"],
};
const DIVERGING = ["#7f3b08", "#c96a0c", "#f2ac54", "#f5e4c9", "#f4f4f4", "#cfe0ee", "#79b0d8", "#2a74ad", "#08386b"];
const SHADES = 256;

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));

/** A palette as SHADES × RGB bytes. */
function shadesOf(stops) {
  const colours = stops.map(rgb);
  const bytes = new Uint8Array(SHADES * 3);
  for (let shade = 0; shade < SHADES; shade++) {
    const place = (shade / (SHADES - 1)) * (colours.length - 1);
    const low = Math.min(Math.floor(place), colours.length - 2);
    for (let part = 0; part < 3; part++) bytes[shade * 3 + part] = Math.round(colours[low][part] + (colours[low + 1][part] - colours[low][part]) * (place - low));
  }
  return bytes;
}

/** Where a value lies between the limits, 0 to 1. */
function shareOf(value, { low, high, scale }) {
  const share = scale === "log"
    ? Math.log(Math.max(value, low) / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0));
}

/** Limits around all but the outermost values (2 % on either side): from 0 where so said, symmetric where it diverges. */
function limitsOf(all, layer) {
  const values = all.filter((value) => !Number.isNaN(value) && (layer.scale !== "log" || value > 0)).sort((a, b) => a - b);
  const [least, most] = values.length ? [values[Math.floor(values.length * 0.02)], values[Math.ceil(values.length * 0.98) - 1]] : [Infinity, -Infinity];
  if (layer.limits) return { low: layer.limits[0], high: layer.limits[1], scale: layer.scale };
  if (most === -Infinity) return { low: layer.scale === "log" ? 1 : 0, high: 10, scale: layer.scale };
  if (layer.scale === "log") {
    const low = Math.max(least, most / 1000);
    return { low: rounded(low, -1), high: rounded(Math.max(most, low * 10), 1), scale: "log" };
  }
  if (layer.diverging) {
    const reach = rounded(Math.max(Math.abs(least), Math.abs(most)) || 1, 1);
    return { low: -reach, high: reach, scale: "linear" };
  }
  const low = layer.fromZero ? 0 : least;
  return { low: low && rounded(low, -1), high: most > low ? rounded(most, 1) : low + 1, scale: "linear" };
}

/** A number of two significant digits below (−1) or above (1) the given one. */
function rounded(value, side) {
  const digits = 1 - Math.floor(Math.log10(Math.abs(value)));
  const shifted = +`${value}e${digits}`;
  return +`${side < 0 ? Math.floor(shifted) : Math.ceil(shifted)}e${-digits}`;
}

/** A number for people: at most three significant digits below a thousand, true minus sign. */
function said(value, unit = "") {
  if (!Number.isFinite(value)) return "–";
  const text = Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(+value.toPrecision(3));
  return text.replace("-", "−") + (unit ? ` ${unit}` : "");
}
