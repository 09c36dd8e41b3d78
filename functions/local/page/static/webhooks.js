// The webhooks, newest on top: a line each, and below it what the rules made of it and what became of its texts.

import { deliveries, forget, inShort, keep } from "./deliveries.js";
import { at, button, clockToTheSecond, element, focusOn, outside, say, update } from "./dom.js";
import { request } from "./request.js";
import { why } from "./why.js";

const KEPT = 200;
const SOON_MS = 60;
const TONES = { queued: "good", duplicate: "calm", dropped: "calm", greeted: "calm", probe: "calm", refused: "bad", failed: "bad" };
const UNTAKEN = "wait";

let deeds = {};
const entries = new Map(); // n -> Entry
const opened = new Set(); // of which webhooks the details are open, also after the line broke
const asking = new Map(); // delivery -> the entries that asked for it
const stale = new Set(); // webhooks that have come
const changed = new Set(); // entries of which a text has changed

// Gives the title, and the beginning of the text around it or behind it.
function about(title, words) {
  const [before, ...after] = words.split(title);
  const parts = after.length ? [before, element("b", "", title), after.join(title)] : [outside("b", "", title), " ", words];
  const made = element("span", "about", ...parts);
  made.dir = "auto";
  return made;
}

class Entry {
  constructor(webhook) {
    this.head = button("row", () => this.turn());
    this.head.id = `webhook-${webhook.n}`;
    this.head.dataset.focus = `webhook ${webhook.n}`;
    this.details = element("div", "details");
    this.details.id = `details-${webhook.n}`;
    this.details.hidden = true;
    this.head.setAttribute("aria-controls", this.details.id);
    this.head.setAttribute("aria-expanded", "false");
    this.node = element("li", "webhook", element("h3", "", this.head), this.details);
    this.take(webhook);
    if (opened.has(this.key)) this.turn();
  }

  get key() {
    return `${this.webhook.n} ${this.webhook.at}`;
  }

  take(webhook) {
    const key = this.details.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    this.webhook = webhook;
    for (const { delivery_id: id } of webhook.deliveries) asking.set(id, (asking.get(id) ?? new Set()).add(this));
    this.details.replaceChildren();
    this.draw();
    if (key) focusOn(key);
  }

  turn(isOpen = this.details.hidden) {
    this.details.hidden = !isOpen;
    this.head.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) opened.add(this.key);
    else opened.delete(this.key);
    this.draw();
  }

  // What changes with the texts; the rest of the details stays as it is, and with it what is read or marked there.
  draw() {
    update(this.head, this.line());
    if (this.details.hidden) return;
    if (!this.details.hasChildNodes()) this.fill();
    update(this.told, deliveries(this.webhook));
  }

  line() {
    const { at: time, source, verdict, title, reason, lines } = this.webhook;
    const words = lines.find(({ text }) => text)?.text ?? "";
    return element("span", "line",
      element("time", "", clockToTheSecond.format(time)),
      outside("span", "source", source),
      element("span", `verdict is-${TONES[verdict] ?? UNTAKEN}`, verdict),
      about(title || reason || "no title", words),
      element("span", "became", ...inShort(this.webhook).map(({ words, tone }) => element("span", `status is-${tone}`, words))),
    );
  }

  fill() {
    const { webhook } = this;
    this.told = element("div", "told-list");
    this.answer = element("p", "said");
    this.answer.setAttribute("role", "status");
    const replay = button("quiet-button", () => deeds.edit(webhook), "Edit and replay");
    const again = button("quiet-button", () => this.again(), "Send again");
    replay.dataset.focus = `replay ${webhook.n}`;
    again.disabled = webhook.is_whole === false;
    again.title = again.disabled ? "Not all of its body is text; it can't be sent again as it came." : "";
    const raw = element("details", "raw-request", element("summary", "", "The webhook as it came"));
    raw.ontoggle = () => { if (raw.open && raw.children.length === 1) raw.append(...request(webhook)); };
    this.details.replaceChildren(
      ...(webhook.reason ? [outside("p", "reason", webhook.reason)] : []),
      ...(webhook.lines.length ? [element("h4", "", "Rules"), why(webhook.lines)] : []),
      ...(webhook.deliveries.length ? [element("h4", "", "Texts")] : []),
      this.told,
      element("div", "buttons", replay, again, this.answer),
      raw,
    );
  }

  async again() {
    this.answer.textContent = "";
    this.answer.textContent = await deeds.again(this.webhook);
  }
}

function show(webhook) {
  const known = entries.get(webhook.n);
  if (known) {
    known.take(webhook);
    return;
  }
  const entry = new Entry(webhook);
  entries.set(webhook.n, entry);
  const list = at("stream");
  const isAtTop = at("webhooks").scrollTop === 0;
  const height = list.scrollHeight;
  list.prepend(entry.node);
  // Who reads further down isn't pushed away.
  if (!isAtTop) at("webhooks").scrollTop += list.scrollHeight - height;
  if (entries.size > KEPT) {
    const [n, oldest] = entries.entries().next().value;
    entries.delete(n);
    oldest.node.remove();
    for (const { delivery_id: id } of oldest.webhook.deliveries) asking.get(id).delete(oldest);
  }
}

function flush() {
  for (const each of stale) show(each);
  stale.clear();
  // What is open shows other texts, too: those that were told instead.
  for (const entry of entries.values()) if (changed.has(entry) || !entry.details.hidden) entry.draw();
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
  for (const entry of asking.get(delivery.delivery_id) ?? []) changed.add(entry);
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
