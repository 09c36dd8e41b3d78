// What is in the playground's fields, so that it survives a reload. Rules are only kept where they differ from those
// that run.

const KEPT = "hookline draft";
const EMPTY = { rules: null, sample: "", source: "", contentType: "application/json", headers: "", body: "" };

export function read() {
  try {
    return { ...EMPTY, ...JSON.parse(sessionStorage.getItem(KEPT) ?? "{}") };
  } catch {
    return { ...EMPTY };
  }
}

export function write(draft) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(draft));
  } catch {
    // It is too much to keep; it stays in the fields.
  }
}

// Headers are written one a line, `Name: value`.
export function headersOf(text) {
  const pairs = text.split("\n").map((line) => line.split(/:(.*)/s)).filter(([name, value]) => name.trim() && value !== undefined);
  return Object.fromEntries(pairs.map(([name, value]) => [name.trim().toLowerCase(), value.trim()]));
}

export function headersAsText(headers) {
  return Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`).join("\n");
}

// Says what a pasted body seems to be.
export function typeOf(body) {
  if (/^\s*[[{]/.test(body)) return "application/json";
  return /^[^\s=&]+=/.test(body.trim()) && !/\s/.test(body.trim()) ? "application/x-www-form-urlencoded" : "text/plain";
}
