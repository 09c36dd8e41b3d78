// What each rule made of a webhook, and why.

import { element, outside } from "./dom.js";

const SIGNS = { matched: "✓", dropped: "✓", failed: "!" };
const TONES = { matched: "good", dropped: "calm", failed: "bad" };

function read(values) {
  const list = element("ul", "reads");
  for (const [name, value] of Object.entries(values)) {
    list.append(element("li", "", outside("code", "", name), " = ", outside("code", "", value)));
  }
  return list;
}

function item(line) {
  const { rule, verdict, because, chats = [], reads = {} } = line;
  const sign = element("span", "sign", SIGNS[verdict] ?? "–");
  sign.setAttribute("aria-hidden", "true");
  const made = element("li", `rule is-${TONES[verdict] ?? "passed"}`, sign);
  const said = element("p", "", outside("b", "", rule));
  if (chats.length) said.append(" → ", outside("span", "", chats.join(", ")));
  said.append(" ", element("span", "verdict", verdict));
  if (because) said.append(element("span", "because", ": ", outside("bdi", "", because)));
  made.append(element("div", "", said));
  if (Object.keys(reads).length) made.lastChild.append(read(reads));
  return made;
}

export function why(lines) {
  return element("ol", "rules", ...lines.map(item));
}
