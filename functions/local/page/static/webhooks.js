// The webhooks, newest on top; what changes in one is drawn soon after.

import { concerned, forget, keep } from "./deliveries.js";
import { at, say } from "./dom.js";
import { Entry } from "./webhook.js";

const KEPT = 200;
const SOON_MS = 60;

let deeds = {};
const entries = new Map(); // n -> Entry
const asking = new Map(); // delivery -> the entries that asked for it
const stale = new Set(); // webhooks that have come
const changed = new Set(); // entries of which a text has changed

function add(entry, webhook) {
  entries.set(webhook.n, entry);
  const list = at("stream");
  const isAtTop = at("webhooks").scrollTop === 0;
  const height = list.scrollHeight;
  list.prepend(entry.node);
  // Who reads further down isn't pushed away.
  if (!isAtTop) at("webhooks").scrollTop += list.scrollHeight - height;
}

function dropOldest() {
  const [n, { node, webhook }] = entries.entries().next().value;
  for (const { delivery_id: id } of webhook.deliveries) asking.get(id)?.delete(entries.get(n));
  entries.delete(n);
  node.remove();
}

function show(webhook) {
  const known = entries.get(webhook.n);
  if (known) known.take(webhook);
  else add(new Entry(webhook, deeds), webhook);
  const entry = entries.get(webhook.n);
  for (const { delivery_id: id } of webhook.deliveries) asking.set(id, (asking.get(id) ?? new Set()).add(entry));
  if (entries.size > KEPT) dropOldest();
}

function flush() {
  for (const each of stale) show(each);
  stale.clear();
  for (const entry of changed) entry.draw();
  changed.clear();
  at("welcome").hidden = entries.size > 0;
  say("webhooks-count", entries.size ? String(entries.size) : "");
}

let isDue = false;
function soon() {
  if (isDue) return;
  isDue = true;
  setTimeout(() => { isDue = false; flush(); }, SOON_MS);
}

export function take(webhook) {
  stale.add(webhook);
  soon();
}

export function takeDelivery(delivery) {
  keep(delivery);
  for (const id of concerned(delivery.delivery_id)) for (const entry of asking.get(id) ?? []) changed.add(entry);
  soon();
}

// Begins anew, as the server does for everybody who listens.
export function clear() {
  for (const each of [entries, asking, stale, changed]) each.clear();
  forget();
  at("stream").replaceChildren();
  soon();
}

// Opens the webhook of that event, if it has come by now.
export function reveal(eventId) {
  flush();
  const found = [...entries.values()].findLast((entry) => entry.webhook.event_id === eventId);
  if (!found) return;
  found.turn(true);
  found.head.scrollIntoView({ block: "nearest" });
  found.head.focus({ preventScroll: true });
}

function steer(event) {
  const rows = [...at("stream").querySelectorAll(".row")];
  const now = rows.indexOf(document.activeElement);
  const next = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: rows.length - 1 }[event.key];
  if (now < 0 || !rows[next]) return;
  event.preventDefault();
  rows[next].focus();
}

// `doing` has what is done with a webhook elsewhere: `edit` opens it in the playground, `again` sends it once more.
export function begin(doing) {
  deeds = doing;
  at("stream").onkeydown = steer;
}
