// The texts that webhooks became, as the log tells of them, and what their statuses mean.

import { channelName } from "./bubbles.js";
import { clockToTheSecond, counted, element, outside } from "./dom.js";

const TONES = {
  queued: "calm", sending: "busy", retrying: "wait", sent: "good", delivered: "good", read: "good", held: "hold",
  parked: "hold", digested: "good", failed: "bad", dead: "bad", dropped: "calm", acknowledged: "good",
};
const MEANINGS = {
  queued: "It waits for its turn in this chat.",
  sending: "It is being sent.",
  retrying: "Blooio could not take it; it is tried again, a little later each time.",
  sent: "Blooio took it.",
  delivered: "It is on the phone.",
  read: "It was read.",
  held: "The chat has had enough for this minute or hour: it is told later, in one text with others.",
  parked: "The chat waits for an answer. Reply on the phone, and all that waits comes as one text.",
  digested: "It was told in one text with others.",
  failed: "It could not be told.",
  dead: "It was given up.",
  dropped: "It is over before anybody was told of it.",
};

const ACKNOWLEDGED = "acknowledged";

const known = new Map(); // delivery -> its generations
const queued = { status: "queued", attempts: [] };

export function forget() {
  known.clear();
}

export function keep(delivery) {
  const generations = known.get(delivery.delivery_id) ?? new Map();
  known.set(delivery.delivery_id, generations.set(delivery.generation, delivery));
}

// Of several generations the one that the event asked for, else the latest.
function row(id, eventId) {
  const rows = [...(known.get(id)?.values() ?? [])];
  return rows.find((each) => each.event_id === eventId) ?? rows.at(-1);
}

export function status(name) {
  return element("span", `status is-${TONES[name] ?? "calm"}`, name);
}

// Says in a few words what became of a webhook's texts: `delivered`, or `3 held, 1 sent`.
export function inShort(webhook) {
  const counts = new Map();
  for (const { delivery_id: id } of webhook.deliveries) {
    const found = row(id, webhook.event_id) ?? queued;
    const name = found.acknowledged_at ? ACKNOWLEDGED : found.status;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, count]) => ({ name, words: webhook.deliveries.length > 1 ? `${count} ${name}` : name, tone: TONES[name] }));
}

function attempt({ at, took, verdict, http_status: http, code, reason }) {
  const said = [http ?? "no answer", code, reason].filter(Boolean).join(" · ");
  return element("li", "",
    element("time", "", clockToTheSecond.format(at)), " ",
    element("b", verdict === "sent" ? "is-good" : "is-wait", verdict.replaceAll("_", " ")), " ",
    outside("span", "", said), " ", element("span", "small", took === undefined ? "" : `${took} ms`));
}

function attempts(all) {
  if (!all?.length) return [];
  const list = element("ol", "attempts", ...all.map(attempt));
  list.setAttribute("aria-label", "Attempts");
  return [list];
}

function meaning(found) {
  if (found.status === "retrying") return `${MEANINGS.retrying} ${counted(found.attempts?.length ?? 0, "attempt")} so far.`;
  return MEANINGS[found.status] ?? "";
}

function delivery(found, chat, label = "") {
  const via = channelName(found.protocol);
  const head = element("p", "delivery-head", label, status(found.status), " ", outside("b", "", found.chat_name ?? chat ?? ""));
  if (found.acknowledged_at) head.append(" ", status(ACKNOWLEDGED));
  if (via) head.append(element("span", "small", ` ${via}`));
  if (found.copies) head.append(element("span", "small", ` ${counted(found.copies, "copy").replace("copys", "copies")} not told again`));
  const made = element("li", "delivery", head, element("p", "meaning", meaning(found)));
  const { reason } = found.error ?? {};
  if (reason && reason !== found.attempts?.at(-1)?.reason) made.append(outside("p", "meaning", reason));
  if (found.text) made.append(outside("p", "told", found.text));
  made.append(...attempts(found.attempts));
  return made;
}

// Gives an item for each text, followed by what told it instead: a digest, or another chat's.
export function deliveries(webhook) {
  const made = [];
  const shown = new Set();
  for (const { delivery_id: id, chat } of webhook.deliveries) {
    const found = row(id, webhook.event_id) ?? queued;
    made.push(delivery(found, chat));
    for (const [other, label] of [[found.digest, "In one text: "], [found.fallback_to, "Instead: "]]) {
      if (typeof other !== "string" || shown.has(other)) continue;
      shown.add(other);
      made.push(delivery(row(other) ?? queued, chat, label));
    }
  }
  return element("ol", "deliveries", ...made);
}
