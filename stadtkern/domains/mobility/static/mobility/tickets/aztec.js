// Draws bytes as an Aztec code (ISO/IEC 24778, full size), as the path of an SVG. Written for tickets on phones without network.

const FIELDS = { 4: 0x13, 6: 0x43, 8: 0x12d, 10: 0x409, 12: 0x1069 };

function field(width) {
  const size = 1 << width;
  const exp = new Uint16Array(size * 2);
  const log = new Uint16Array(size);
  let value = 1;
  for (let i = 0; i < size - 1; i += 1) {
    exp[i] = value;
    exp[i + size - 1] = value;
    log[value] = i;
    value <<= 1;
    if (value & size) value ^= FIELDS[width];
  }
  return { exp, log };
}

// Reed-Solomon: so many check words behind the words.
function checked(words, count, width) {
  const { exp, log } = field(width);
  const times = (one, other) => (one && other ? exp[log[one] + log[other]] : 0);
  let generator = [1];
  for (let i = 1; i <= count; i += 1) {
    const next = new Array(generator.length + 1).fill(0);
    generator.forEach((value, place) => {
      next[place] ^= value;
      next[place + 1] ^= times(value, exp[i]);
    });
    generator = next;
  }
  const rest = new Array(count).fill(0);
  for (const word of words) {
    const factor = word ^ rest.shift();
    rest.push(0);
    if (factor) for (let i = 0; i < count; i += 1) rest[i] ^= times(generator[i + 1], factor);
  }
  return [...words, ...rest];
}

function put(bits, value, count) {
  for (let i = count - 1; i >= 0; i -= 1) bits.push((value >> i) & 1);
}

function binary(bytes) { // one shift into binary, then bytes
  const bits = [];
  put(bits, 31, 5);
  if (bytes.length <= 31) put(bits, bytes.length, 5);
  else { put(bits, 0, 5); put(bits, bytes.length - 31, 11); }
  for (const byte of bytes) put(bits, byte, 8);
  return bits;
}

function stuffed(bits, width) { // no word is all zeros or all ones
  const words = [];
  const mask = (1 << width) - 2;
  for (let i = 0; i < bits.length; i += width) {
    let word = 0;
    for (let j = 0; j < width; j += 1) word = (word << 1) | (i + j >= bits.length ? 1 : bits[i + j]);
    if ((word & mask) === mask) { word &= mask; i -= 1; } else if ((word & mask) === 0) { word |= 1; i -= 1; }
    words.push(word);
  }
  return words;
}

function fitted(bits) {
  const spare = Math.floor(bits.length * 0.33) + 11;
  for (let layers = 1; layers <= 32; layers += 1) {
    const width = layers <= 2 ? 6 : layers <= 8 ? 8 : layers <= 22 ? 10 : 12;
    const room = (112 + 16 * layers) * layers;
    const words = stuffed(bits, width);
    if (words.length * width + spare <= room - (room % width)) return { layers, width, room, words };
  }
  throw new Error("too long");
}

function spread(base) { // places between the lines of the reference grid
  const size = base + 1 + 2 * Math.floor((base / 2 - 1) / 15);
  const map = new Array(base);
  const [half, center] = [base / 2, Math.floor(size / 2)];
  for (let i = 0; i < half; i += 1) {
    const shift = i + Math.floor(i / 15);
    map[half - i - 1] = center - shift - 1;
    map[half + i] = center + shift + 1;
  }
  return { size, map, center };
}

export function modules(bytes) {
  const { layers, width, room, words } = fitted(binary(bytes));
  const message = new Array(room % width).fill(0);
  for (const word of checked(words, Math.floor(room / width) - words.length, width)) put(message, word, width);
  const base = 14 + layers * 4;
  const { size, map, center } = spread(base);
  const rows = Array.from({ length: size }, () => new Uint8Array(size));
  const set = (x, y) => { rows[y][x] = 1; };
  layer(set, message, layers, base, map);
  head(set, layers, words.length, center);
  rings(set, center);
  for (let i = 0, j = 0; i < base / 2 - 1; i += 15, j += 16) {
    for (let k = center & 1; k < size; k += 2) for (const d of [center - j, center + j]) { set(d, k); set(k, d); }
  }
  return rows;
}

function layer(set, message, layers, base, map) {
  let start = 0;
  for (let i = 0; i < layers; i += 1) {
    const side = (layers - i) * 4 + 12;
    const [near, far] = [i * 2, base - 1 - i * 2];
    for (let j = 0; j < side; j += 1) {
      for (let k = 0; k < 2; k += 1) {
        const at = start + j * 2 + k;
        if (message[at]) set(map[near + k], map[near + j]);
        if (message[at + side * 2]) set(map[near + j], map[far - k]);
        if (message[at + side * 4]) set(map[far - k], map[far - j]);
        if (message[at + side * 6]) set(map[far - j], map[near + k]);
      }
    }
    start += side * 8;
  }
}

function head(set, layers, count, center) {
  const told = [];
  put(told, layers - 1, 5);
  put(told, count - 1, 11);
  const words = [0, 4, 8, 12].map((at) => told.slice(at, at + 4).reduce((sum, bit) => sum * 2 + bit, 0));
  const bits = [];
  for (const word of checked(words, 6, 4)) put(bits, word, 4);
  for (let i = 0; i < 10; i += 1) {
    const at = center - 5 + i + Math.floor(i / 5);
    if (bits[i]) set(at, center - 7);
    if (bits[i + 10]) set(center + 7, at);
    if (bits[29 - i]) set(at, center + 7);
    if (bits[39 - i]) set(center - 7, at);
  }
}

function rings(set, c) {
  for (let i = 0; i < 7; i += 2) {
    for (let j = c - i; j <= c + i; j += 1) { set(j, c - i); set(j, c + i); set(c - i, j); set(c + i, j); }
  }
  for (const [x, y] of [[-7, -7], [-6, -7], [-7, -6], [7, -7], [7, -6], [7, 6]]) set(c + x, c + y);
}

export function path(bytes, quiet = 2) {
  const rows = modules(bytes);
  let drawn = "";
  rows.forEach((row, y) => {
    for (let x = 0; x < row.length; x += 1) {
      if (!row[x]) continue;
      let length = 1;
      while (row[x + length]) length += 1;
      drawn += `M${x + quiet} ${y + quiet}h${length}v1h-${length}z`;
      x += length;
    }
  });
  return { drawn, size: rows.length + 2 * quiet };
}
