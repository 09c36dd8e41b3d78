// What the server is asked. An answer has `ok`, `status` and `content`, and a sentence in `trouble` when it isn't ok.

const OUT_OF_REACH = "The server can't be reached.";
const HEADERS = { "Content-Type": "application/json" };

function sentence(content, status) {
  if (typeof content?.error === "string") return content.error;
  return content?.error?.message ?? `The server answered ${status}.`;
}

// Rejects only when `signal` said so.
export async function ask(method, path, body, signal) {
  try {
    const sent = body === undefined ? {} : { headers: HEADERS, body: JSON.stringify(body) };
    const answer = await fetch(path, { method, cache: "no-store", signal, ...sent });
    const content = await answer.json().catch(() => null);
    const trouble = answer.ok ? "" : sentence(content, answer.status);
    return { ok: answer.ok, status: answer.status, content, trouble };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return { ok: false, status: 0, content: null, trouble: OUT_OF_REACH };
  }
}

export const get = (path) => ask("GET", path);
export const put = (path, body) => ask("PUT", path, body);
export const post = (path, body, signal) => ask("POST", path, body, signal);
