/** The embedded run: facts, and columns as typed arrays in place. Layout: see payload.py. */
async function openPayload(text) {
  const packed = Uint8Array.fromBase64 ? Uint8Array.fromBase64(text) : Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const buffer = await new Response(stream).arrayBuffer();
  const headerBytes = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, headerBytes)));
  const kinds = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array, u8: BigUint64Array, i4: Int32Array, f4: Float32Array };
  const start = headerBytes + 4;
  return {
    facts: header.facts,
    has: (name) => name in header.columns,
    column(name) {
      const place = header.columns[name];
      return place ? new kinds[place.kind](buffer, start + place.offset, place.n) : null;
    },
  };
}
