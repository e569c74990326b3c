// Packed bits (PER, unaligned) as stadtkern/lib/uic/bits.py reads them, and the signatures of P-256 in both spellings.

export class Broken extends Error {}

export class Reader {
  constructor(bytes) { this.bytes = bytes; this.size = bytes.length * 8; this.at = 0; }

  bit() {
    if (this.at >= this.size) throw new Broken("short");
    const found = (this.bytes[this.at >> 3] >> (7 - (this.at & 7))) & 1;
    this.at += 1;
    return found;
  }

  take(count) {
    let found = 0;
    for (let i = 0; i < count; i += 1) found = found * 2 + this.bit();
    return found;
  }

  number(least, most) {
    const range = most - least;
    const found = least + this.take(range ? Math.floor(Math.log2(range)) + 1 : 0);
    if (found > most) throw new Broken("range");
    return found;
  }

  length() {
    if (!this.bit()) return this.take(7);
    if (this.bit()) throw new Broken("fragments");
    const found = this.take(14);
    if (found < 128) throw new Broken("length");
    return found;
  }

  octets() {
    const size = this.length();
    if (size * 8 > this.size - this.at) throw new Broken("short");
    return Uint8Array.from({ length: size }, () => this.take(8));
  }

  letters(size = this.length()) {
    let text = "";
    for (let i = 0; i < size; i += 1) text += String.fromCharCode(this.take(7));
    return text;
  }

  whole() { // an unbounded number
    const bytes = this.octets();
    if (!bytes.length || bytes.length > 6) throw new Broken("number");
    let found = bytes[0] > 127 ? bytes[0] - 256 : bytes[0];
    for (const byte of bytes.slice(1)) found = found * 256 + byte;
    return found;
  }

  cut(start, end) { // exactly these bits, filled with zeros: what a signature was made over
    const out = new Writer();
    for (let i = start; i < end; i += 1) out.put((this.bytes[i >> 3] >> (7 - (i & 7))) & 1, 1);
    return out.done();
  }

  finish() {
    const rest = this.size - this.at;
    if (rest > 7 || this.take(rest)) throw new Broken("rest");
  }
}

export class Writer {
  constructor() { this.bits = []; }

  put(value, count) {
    for (let i = count - 1; i >= 0; i -= 1) this.bits.push(Math.floor(value / 2 ** i) % 2);
  }

  length(size) {
    if (size < 128) this.put(size, 8);
    else this.put(0x8000 + size, 16);
  }

  octets(bytes) { this.length(bytes.length); for (const byte of bytes) this.put(byte, 8); }

  letters(text) { this.length(text.length); for (const letter of text) this.put(letter.charCodeAt(0), 7); }

  copy(reader, start, end) {
    for (let i = start; i < end; i += 1) this.bits.push((reader.bytes[i >> 3] >> (7 - (i & 7))) & 1);
  }

  done() {
    const out = new Uint8Array(Math.ceil(this.bits.length / 8));
    this.bits.forEach((bit, i) => { if (bit) out[i >> 3] |= 128 >> (i & 7); });
    return out;
  }
}

// r and s side by side, as browsers sign, to the wrapped form of the barcode.
export function wrapped(raw) {
  const number = (part) => {
    let start = 0;
    while (start < part.length - 1 && part[start] === 0) start += 1;
    const plain = [...part.slice(start)];
    if (plain[0] > 127) plain.unshift(0);
    return [2, plain.length, ...plain];
  };
  const body = [...number(raw.slice(0, 32)), ...number(raw.slice(32, 64))];
  return Uint8Array.from([0x30, body.length, ...body]);
}

// And back; null for what is no such signature.
export function unwrapped(der) {
  if (der[0] !== 0x30 || der[1] !== der.length - 2 || der.length > 80) return null;
  const out = new Uint8Array(64);
  let at = 2;
  for (const place of [32, 64]) {
    if (der[at] !== 2) return null;
    let part = der.slice(at + 2, at + 2 + der[at + 1]);
    at += 2 + der[at + 1];
    if (!part.length || part[0] > 127 || (part.length > 1 && part[0] === 0 && part[1] < 128)) return null;
    if (part[0] === 0) part = part.slice(1);
    if (part.length > 32) return null;
    out.set(part, place - part.length);
  }
  return at === der.length ? out : null;
}

export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));
