// The texts of one chat as its person sees them.

import { at, button, clock, day, element, outside } from "./dom.js";

const CLOSE_MS = 60_000;
const LABEL_LENGTH = 40;
const EVERYDAY = new Set(["delivered", "sent", "read", "received"]);
const CHANNELS = { imessage: "iMessage", sms: "SMS", mms: "MMS", rcs: "RCS", whatsapp: "WhatsApp" };
const TAPBACKS = new Map([
  ["love", "❤️"], ["like", "👍"], ["dislike", "👎"], ["laugh", "😂"], ["emphasize", "‼️"], ["question", "❓"],
]);

export const isMine = (text) => text.direction === "inbound";
export const channelName = (protocol) => CHANNELS[protocol] ?? protocol ?? "";
export const channel = ({ protocol }) => channelName(protocol);
const start = ({ text }) => [...text].slice(0, LABEL_LENGTH).join("");

function card(preview) {
  const made = element("span", "card");
  if (preview.title) made.append(outside("b", "", preview.title));
  if (preview.imageUrl) made.append(outside("span", "", `Picture: ${preview.imageUrl}`));
  return made;
}

function meta(text) {
  const line = element("p", "meta", clock.format(text.created_at));
  if (text.effect) line.append(" · ", element("span", "effect", `✦ ${text.effect}`));
  if (!isMine(text)) line.append(" · ", element("span", "status", text.status));
  return line;
}

// The button beside a bubble; only the latest is reached by Tab, the others from there by the arrow keys.
function reactButton(text, isLatest, isOpen, deeds) {
  const made = button("react", () => deeds.offer(isOpen ? "" : text.id), at("smile").content.cloneNode(true));
  made.setAttribute("aria-label", `React to ${start(text)}`);
  made.setAttribute("aria-expanded", String(isOpen));
  made.dataset.focus = `react ${text.id}`;
  made.tabIndex = isLatest ? 0 : -1;
  return made;
}

function tapback(text, deeds) {
  const bar = element("div", "tapback");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Reactions");
  for (const [name, sign] of TAPBACKS) {
    const made = button("", () => deeds.react(text, name), sign);
    made.setAttribute("aria-label", name);
    made.setAttribute("aria-pressed", String(text.reaction === name));
    made.dataset.focus = `tapback ${name}`;
    made.title = name;
    bar.append(made);
  }
  const reply = button("reply", () => deeds.answer(text), "Reply");
  reply.dataset.focus = "tapback reply";
  bar.append(reply);
  return bar;
}

function reaction(name) {
  const made = element("span", "reaction", TAPBACKS.get(name) ?? name);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", `Reaction: ${name}`);
  return made;
}

// What every bubble of this page looks like inside, also that of a text which wasn't sent.
export function bubble(text) {
  const made = outside("div", "bubble", text.text);
  if (text.link_preview) made.append(card(text.link_preview));
  return made;
}

function isBurst(one, other) {
  return Boolean(one && other) && isMine(one) === isMine(other) && other.created_at - one.created_at < CLOSE_MS;
}

function item(text, { before, after, byId, isLatest, isNew, isOpen }, deeds) {
  const isLast = !isBurst(text, after);
  const made = element("li", `message is-${text.protocol ?? "unsent"}`);
  made.classList.toggle("is-mine", isMine(text));
  made.classList.toggle("is-reacted", Boolean(text.reaction));
  made.classList.toggle("is-close", isBurst(before, text));
  made.classList.toggle("is-last", isLast);
  made.classList.toggle("is-failed", text.status === "failed");
  made.classList.toggle("is-new", isNew);
  if (text.effect) made.dataset.effect = text.effect;
  if (text.reply_to) made.append(outside("p", "quote", `↩ ${byId.get(text.reply_to)?.text ?? text.reply_to}`));
  const line = element("div", "line");
  const shown = bubble(text);
  if (text.reaction) shown.append(reaction(text.reaction));
  line.append(shown);
  if (isMine(text)) made.append(element("span", "unseen", "You: "));
  else line.append(reactButton(text, isLatest, isOpen, deeds));
  made.append(line);
  if (isOpen) made.append(tapback(text, deeds));
  // Within a burst only the last bubble carries the time, unless there is something to tell.
  if (isLast || text.effect || !EVERYDAY.has(text.status)) made.append(meta(text));
  return made;
}

// Gives the items of a list: the texts, and above them the channel and the day wherever these change. `old` are the
// ids that were there before, `open` is the text whose reactions are offered, `deeds` what the person can do.
export function items(texts, old, open, deeds) {
  const byId = new Map(texts.map((text) => [text.id, text]));
  const latest = texts.findLast((text) => !isMine(text));
  const made = [];
  let above = "";
  texts.forEach((text, index) => {
    const heading = [channel(text), day.format(text.created_at)].filter(Boolean).join(" · ");
    if (heading !== above) made.push(element("li", "day", (above = heading)));
    const [before, after] = [texts[index - 1], texts[index + 1]];
    const isNew = old.size > 0 && !old.has(text.id);
    const about = { before, after, byId, isLatest: text === latest, isNew, isOpen: text.id === open };
    made.push(item(text, about, deeds));
  });
  return made;
}
