// A webhook: its line, and below it what the rules made of it and what became of its texts.

import { deliveries, inShort } from "./deliveries.js";
import { button, clockToTheSecond, element, focusOn, outside, update } from "./dom.js";
import { request } from "./request.js";
import { why } from "./why.js";

const TONES = { queued: "good", duplicate: "calm", dropped: "calm", greeted: "calm", probe: "calm", refused: "bad", failed: "bad" };
const UNTAKEN = "wait";

const opened = new Set(); // of which the details are open, also after the line broke

// Gives the title, and the beginning of the text around it or behind it.
function about(title, words) {
  const [before, ...after] = words.split(title);
  const parts = after.length ? [before, element("b", "", title), after.join(title)] : [outside("b", "", title), " ", words];
  const made = element("span", "about", ...parts);
  made.dir = "auto";
  return made;
}

export class Entry {
  // `deeds` has what is done with it elsewhere: `edit` opens it in the playground, `again` sends it once more.
  constructor(webhook, deeds) {
    this.deeds = deeds;
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

  get isOpen() {
    return !this.details.hidden;
  }

  get key() {
    return `${this.webhook.n} ${this.webhook.at}`;
  }

  take(webhook) {
    const key = this.details.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
    this.webhook = webhook;
    this.details.replaceChildren();
    this.draw();
    if (key) focusOn(key);
  }

  turn(isOpen = !this.isOpen) {
    this.details.hidden = !isOpen;
    this.head.setAttribute("aria-expanded", String(isOpen));
    if (isOpen) opened.add(this.key);
    else opened.delete(this.key);
    this.draw();
  }

  // What changes with the texts; the rest of the details stays as it is, and with it what is read or marked there.
  draw() {
    update(this.head, this.line());
    if (!this.isOpen) return;
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
    const replay = button("quiet-button", () => this.deeds.edit(webhook), "Edit and replay");
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
    this.answer.textContent = await this.deeds.again(this.webhook);
  }
}
