// The phone page: asks for what reached the phone each second and shows it as conversations.
// Everything that came from outside is put in as text, never as markup.
"use strict";

const POLL_MS = 1000;
const NEAR_BOTTOM_PX = 80;
const CLOSE_MS = 60_000;
const HUES = 360;
const EVERYDAY = new Set(["delivered", "sent", "read"]);

const at = (id) => document.getElementById(id);
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

let messages = [];
let shown = ""; // what was drawn last, so that an unchanged answer changes nothing on the page
let chosen = new URLSearchParams(location.hash.slice(1)).get("chat") ?? "";
const seen = new Map(); // chat -> how many of its messages were looked at
let drawn = new Set(); // ids of the bubbles on the page: only others are animated

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// The chats with their messages; the chat that heard something last comes first.
function conversations() {
  const chats = new Map();
  for (const message of messages) {
    const texts = chats.get(message.chat_id) ?? [];
    chats.delete(message.chat_id);
    chats.set(message.chat_id, [...texts, message]);
  }
  return new Map([...chats].reverse());
}

const nameOf = (chatId) => chatId.replace(/^chat_/, "").replaceAll("_", " ") || chatId;

function dress(avatar, chatId) {
  let hue = 0;
  for (const letter of chatId) hue = (hue * 31 + letter.codePointAt(0)) % HUES;
  avatar.textContent = [...nameOf(chatId)][0].toUpperCase();
  avatar.style.background = `linear-gradient(hsl(${hue} 45% 50%), hsl(${hue} 55% 35%))`;
}

function drawChats(chats) {
  const focused = document.activeElement?.dataset.chat;
  at("chats").replaceChildren(...[...chats].map(([chatId, texts]) => {
    const button = element("button", "chat");
    const avatar = element("span", "avatar");
    const unread = texts.length - (seen.get(chatId) ?? 0);
    button.type = "button";
    button.dataset.chat = chatId;
    button.setAttribute("aria-current", String(chatId === chosen));
    button.onclick = () => open(chatId);
    avatar.setAttribute("aria-hidden", "true");
    dress(avatar, chatId);
    button.append(
      avatar,
      element("span", "name", nameOf(chatId)),
      element("time", "when", time.format(texts.at(-1).created_at)),
      element("span", "last", texts.at(-1).text),
    );
    if (unread > 0) button.append(element("span", "unread", String(unread)));
    const item = element("li");
    item.append(button);
    return item;
  }));
  [...document.querySelectorAll(".chat")].find((button) => button.dataset.chat === focused)?.focus();
}

function card(preview) {
  const made = element("span", "card");
  if (preview.title) made.append(element("b", "", preview.title));
  if (preview.imageUrl) made.append(element("span", "", `Picture: ${preview.imageUrl}`));
  return made;
}

function meta(message, status) {
  const line = element("p", "meta", time.format(message.created_at));
  if (message.effect) line.append(" · ", element("span", "effect", `✦ ${message.effect}`));
  if (status) line.append(" · ", element("span", "status", message.status));
  return line;
}

function bubble(message, before, after, byId) {
  const isClose = before && message.created_at - before.created_at < CLOSE_MS;
  const isLast = !after || after.created_at - message.created_at >= CLOSE_MS;
  const item = element("li", "message");
  item.classList.toggle("is-close", Boolean(isClose));
  item.classList.toggle("is-last", isLast);
  item.classList.toggle("is-failed", message.status === "failed");
  item.classList.toggle("is-new", drawn.size > 0 && !drawn.has(message.id));
  if (message.reply_to) {
    item.append(element("p", "quote", `↩ ${byId.get(message.reply_to)?.text ?? message.reply_to}`));
  }
  const text = element("div", "bubble", message.text);
  if (message.link_preview) text.append(card(message.link_preview));
  item.append(text);
  // Within a burst only the last bubble carries the time, unless there is something to tell.
  if (isLast || message.effect || !EVERYDAY.has(message.status)) item.append(meta(message, true));
  return item;
}

function drawThread(texts) {
  const list = at("bubbles");
  const wasAtBottom = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_BOTTOM_PX;
  const position = list.scrollTop;
  const byId = new Map(texts.map((text) => [text.id, text]));
  const items = [];
  let today = "";
  texts.forEach((text, index) => {
    if (day.format(text.created_at) !== today) items.push(element("li", "day", (today = day.format(text.created_at))));
    items.push(bubble(text, texts[index - 1], texts[index + 1], byId));
  });
  const hasNew = drawn.size > 0 && texts.some((text) => !drawn.has(text.id));
  list.replaceChildren(...items);
  // A reader who scrolled up keeps the place, and is told that there is more.
  if (wasAtBottom || drawn.size === 0) list.scrollTop = list.scrollHeight;
  else list.scrollTop = position;
  at("newer").hidden = wasAtBottom || (!hasNew && at("newer").hidden);
  drawn = new Set(byId.keys());
}

function draw() {
  const chats = conversations();
  const isWide = matchMedia("(min-width: 701px)").matches;
  if (!chats.has(chosen)) chosen = isWide && chats.size > 0 ? [...chats.keys()][0] : "";
  const texts = chats.get(chosen) ?? [];
  if (chosen) seen.set(chosen, texts.length);
  at("phone").classList.toggle("is-empty", chats.size === 0);
  at("phone").classList.toggle("is-open", Boolean(chosen));
  at("empty").hidden = chats.size > 0;
  at("bubbles").hidden = at("thread-bar").hidden = !chosen;
  drawChats(chats);
  if (!chosen) return;
  at("thread-name").textContent = nameOf(chosen);
  at("thread-id").textContent = chosen;
  at("thread-count").textContent = texts.length === 1 ? "1 text" : `${texts.length} texts`;
  dress(at("thread-avatar"), chosen);
  drawThread(texts);
}

function open(chatId) {
  chosen = chatId;
  drawn = new Set();
  at("newer").hidden = true;
  history.replaceState(null, "", chatId ? `#${new URLSearchParams({ chat: chatId })}` : " ");
  draw();
}

function tell(isLive) {
  at("link").className = isLive ? "link is-live" : "link is-lost";
  const said = isLive ? "Live" : "Server stopped";
  if (at("link-text").textContent !== said) at("link-text").textContent = said;
}

async function poll() {
  try {
    const answer = await fetch("/blooio/messages", { cache: "no-store" });
    if (!answer.ok) throw new Error(`The phone answered ${answer.status}`);
    const text = await answer.text();
    tell(true);
    if (text !== shown) {
      messages = JSON.parse(text);
      shown = text;
      draw();
    }
  } catch {
    tell(false);
  }
  setTimeout(poll, POLL_MS);
}

at("back").onclick = () => open("");
at("newer").onclick = () => { at("bubbles").scrollTop = at("bubbles").scrollHeight; };
at("bubbles").onscroll = ({ target }) => {
  if (target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_BOTTOM_PX) at("newer").hidden = true;
};
poll();
