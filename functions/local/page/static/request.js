// A webhook as it came: body, headers, query.

import { element, outside } from "./dom.js";

function table(title, values) {
  const rows = Object.entries(values);
  if (!rows.length) return [];
  const list = element("dl", "pairs");
  for (const [name, value] of rows) list.append(outside("dt", "", name), outside("dd", "", String(value)));
  return [element("h4", "", title), list];
}

// JSON is shown with its structure, anything else as it is.
export function pretty(body, contentType) {
  if (!/json/i.test(contentType ?? "")) return body;
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

export function request(webhook) {
  const body = outside("pre", "raw", pretty(webhook.body, webhook.content_type) || "(empty)");
  body.tabIndex = 0;
  body.setAttribute("role", "region");
  body.setAttribute("aria-label", "Body");
  const line = element("p", "small", `${webhook.method} `, outside("code", "", webhook.path), ` was answered ${webhook.status}`);
  return [line, element("h4", "", "Body"), body, ...table("Query", webhook.query ?? {}), ...table("Headers", webhook.headers ?? {})];
}
