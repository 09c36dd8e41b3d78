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
// What is furthest from being told comes first; of all others none is worse.
const WORST_FIRST = ["dead", "failed", "parked", "held", "retrying", "queued", "sending"];

const known = new Map(); // delivery -> its generations
const toldFor = new Map(); // delivery -> those that it tells in their stead
const queued = { status: "queued", attempts: [] };

export function forget() {
  known.clear();
  toldFor.clear();
}

const isNamed = (id) => typeof id === "string";

// Gives what tells a text instead: a digest, another chat's.
const insteadOf = ({ digest, fallback_to: fallback }) => [digest, fallback].filter(isNamed);

export function keep(delivery) {
  const generations = known.get(delivery.delivery_id) ?? new Map();
  known.set(delivery.delivery_id, generations.set(delivery.generation, delivery));
  for (const id of insteadOf(delivery)) toldFor.set(id, (toldFor.get(id) ?? new Set()).add(delivery.delivery_id));
}

// Gives the delivery, and all that it tells in their stead.
export function concerned(id, found = new Set()) {
  if (found.has(id)) return found;
  found.add(id);
  for (const other of toldFor.get(id) ?? []) concerned(other, found);
  return found;
}

// Of several generations the one that the event asked for, else the latest.
function row(id, eventId) {
  const rows = [...(known.get(id)?.values() ?? [])];
  return rows.find((each) => each.event_id === eventId) ?? rows.at(-1);
}

export function status(name) {
  return element("span", `status is-${TONES[name] ?? "calm"}`, name);
}

// Gives the text and what tells it instead, and so on, as far as the log is known.
function chain(id, eventId, found = new Map()) {
  const one = row(id, eventId);
  if (!one || found.has(id)) return found;
  found.set(id, one);
  for (const other of insteadOf(one)) chain(other, eventId, found);
  return found;
}

const nameOf = (found) => (found.acknowledged_at ? ACKNOWLEDGED : found.status);
const badness = (name) => (WORST_FIRST.includes(name) ? WORST_FIRST.length - WORST_FIRST.indexOf(name) : 0);

// Of a text that was told in its chat, but waits where it was told instead, the latter counts.
function worst(id, eventId) {
  const names = [...chain(id, eventId).values()].map(nameOf);
  return names.reduce((bad, name) => (badness(name) > badness(bad) ? name : bad), names[0] ?? queued.status);
}

// Says in a few words what became of a webhook's texts: `delivered`, or `3 held, 1 sent`.
export function inShort(webhook) {
  const counts = new Map();
  for (const { delivery_id: id } of webhook.deliveries) {
    const name = worst(id, webhook.event_id);
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

function label(found, id) {
  return found.digest === id ? "In one text: " : "Instead: ";
}

// Gives an item for each text, followed by what told it instead, and what told that instead.
export function deliveries(webhook) {
  const made = [];
  const shown = new Set();
  const tell = (found, chat) => {
    for (const id of insteadOf(found)) {
      if (shown.has(id)) continue;
      shown.add(id);
      const other = row(id, webhook.event_id) ?? queued;
      made.push(delivery(other, chat, label(found, id)));
      tell(other, chat);
    }
  };
  for (const { delivery_id: id, chat } of webhook.deliveries) {
    const found = row(id, webhook.event_id) ?? queued;
    made.push(delivery(found, chat));
    tell(found, chat);
  }
  return element("ol", "deliveries", ...made);
}
