// IPv4 as numbers: what is an address, what is a subnet, and how they fit together.

export const toNumber = (text) => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec((text ?? "").trim());
  if (!parts) return null;
  const bytes = parts.slice(1).map(Number);
  if (bytes.some((byte, at) => byte > 255 || String(byte) !== parts[at + 1])) return null;
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
};

export const toText = (number) => [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join(".");

// {first, size, prefix, text} of a CIDR text, or null. `text` is how it is properly written, host bits cleared.
export const subnet = (text) => {
  const [head, tail, rest] = (text ?? "").trim().split("/");
  const number = toNumber(head);
  if (number === null || rest !== undefined || !/^\d{1,2}$/.test(tail ?? "") || Number(tail) > 32) return null;
  const size = 2 ** (32 - Number(tail));
  const first = Math.floor(number / size) * size;
  return { first, size, prefix: Number(tail), text: `${toText(first)}/${Number(tail)}`, exact: first === number };
};

export const inside = (address, net) => {
  const number = toNumber(address);
  return number !== null && number >= net.first && number < net.first + net.size;
};

export const overlap = (one, other) => one.first < other.first + other.size && other.first < one.first + one.size;

// The first /24 of 10.x.0.0 that is clear of all `taken` (texts).
export const freeSubnet = (taken, from = 20) => {
  const used = taken.map(subnet).filter(Boolean);
  for (let second = from; second < 256; second += 1) {
    const tried = subnet(`10.${second}.0.0/24`);
    if (!used.some((other) => overlap(tried, other))) return tried.text;
  }
  return "";
};
