// The phone: the chats of the rules, and what was said in them.

import { get, post } from "./ask.js";
import { channel, isMine, items } from "./bubbles.js";
import { at, button, counted, element, outside, redraw, say } from "./dom.js";
import * as person from "./person.js";

const NEAR_BOTTOM_PX = 80;
const READ_AFTER_MS = 900;
const HUES = 360;
const SILENT = { texts: [], limit: null, in_a_row: 0, refused: 0 };

let names = new Map(); // chat -> its name in the rules
let conversations = new Map(); // chat -> what was said in it, and how it stands
let chosen = "";
let isChosenByHand = false; // until then the chat is shown in which something is said
let shown = ""; // what was drawn last, so that an unchanged answer changes nothing on the page
const seen = new Map(); // chat -> how many of its texts were looked at
let drawn = new Set(); // ids of the bubbles on the page: only others are animated
let isLive = false;
let isReading = false;

const heard = (chatId) => (conversations.get(chatId) ?? SILENT).texts.filter((text) => !isMine(text)).length;
const unread = (chatId) => Math.max(0, heard(chatId) - (seen.get(chatId) ?? 0));
const nameOf = (chatId) => names.get(chatId) ?? (chatId.replace(/^chat_/, "").replaceAll("_", " ") || chatId);
const isSeen = () => document.visibilityState === "visible" && at("phone").offsetParent !== null;
const isNearBottom = (list) => list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_BOTTOM_PX;

function avatar(chatId) {
  let hue = 0;
  for (const letter of nameOf(chatId)) hue = (hue * 31 + letter.codePointAt(0)) % HUES;
  const made = element("span", "avatar", [...nameOf(chatId)][0].toUpperCase());
  made.setAttribute("aria-hidden", "true");
  made.style.background = `linear-gradient(hsl(${hue} 42% 50%), hsl(${hue} 52% 36%))`;
  return made;
}

function chat(chatId) {
  const made = button("chat", () => open(chatId), avatar(chatId), outside("span", "name", nameOf(chatId)));
  made.dataset.focus = `chat ${chatId}`;
  made.setAttribute("aria-current", String(chatId === chosen));
  if (unread(chatId)) made.append(element("span", "badge", String(unread(chatId)), element("span", "unseen", " unread")));
  return element("li", "", made);
}

function drawChats() {
  redraw(at("chats"), [...new Set([...names.keys(), ...conversations.keys()])].map(chat));
  const all = [...conversations.keys()].reduce((sum, chatId) => sum + unread(chatId), 0);
  say("phone-count", all ? String(all) : "");
}

function drawTexts(texts) {
  const list = at("bubbles");
  const { reacting } = person.doing;
  const follows = isNearBottom(list) && !reacting; // reactions stay where they were offered
  const position = list.scrollTop;
  const hasNew = drawn.size > 0 && texts.some((text) => !drawn.has(text.id));
  const hasSpoken = hasNew && isMine(texts.at(-1));
  redraw(list, items(texts, drawn, reacting, person));
  // A reader who scrolled up keeps the place, and is told that there is more; who speaks wants to see it.
  if (follows || drawn.size === 0 || hasSpoken) list.scrollTop = list.scrollHeight;
  else list.scrollTop = position;
  at("newer").hidden = follows || hasSpoken || (!hasNew && at("newer").hidden);
  drawn = new Set(texts.map((text) => text.id));
}

function standing({ limit, in_a_row: inARow, refused }) {
  if (limit === null || inARow < limit) return "";
  if (refused === 0) return "This chat takes no more texts until you answer.";
  return `${counted(refused, "text")} ${refused === 1 ? "was" : "were"} refused: this chat waits for an answer.`;
}

export function draw() {
  const conversation = conversations.get(chosen) ?? SILENT;
  const { texts } = conversation;
  if (isSeen()) seen.set(chosen, heard(chosen));
  drawChats();
  say("chat-name", chosen ? nameOf(chosen) : "Phone");
  say("chat-about", [texts.length ? channel(texts.at(-1)) : "", chosen].filter(Boolean).join(" · "));
  at("real").hidden = !isLive;
  at("silence").hidden = isLive || texts.length > 0;
  at("bubbles").hidden = texts.length === 0;
  at("foot").hidden = isLive || !chosen;
  say("hint", person.doing.trouble || standing(conversation)); // first, because it takes height from the texts
  drawTexts(texts);
  read(texts);
}

// Whoever looks at a chat reads it, a moment later.
function read(texts) {
  if (isReading || !texts.some((text) => !isMine(text) && text.status === "delivered")) return;
  isReading = true;
  setTimeout(async () => {
    isReading = false;
    if (isSeen() && !isLive) await post("/blooio/read", { chat_id: chosen });
  }, READ_AFTER_MS);
}

function open(chatId, isByHand = true) {
  isChosenByHand ||= isByHand;
  if (chatId !== chosen) {
    person.leave();
    drawn = new Set();
    at("newer").hidden = true;
  }
  chosen = chatId;
  draw();
}

async function look() {
  const answer = await get("/blooio/conversations");
  const text = JSON.stringify(answer.content);
  if (!answer.ok || text === shown) return;
  shown = text;
  conversations = new Map(answer.content.map((conversation) => [conversation.chat_id, conversation]));
  const latest = [...conversations.keys()].at(-1); // the chat in which something was said last
  if (latest && !isChosenByHand && !person.isBusy()) open(latest, false);
  else draw();
}

// One look after the other, so that no older answer is drawn over a newer one.
let looking = Promise.resolve();
export const refresh = () => (looking = isLive ? looking : looking.then(look));

// Takes over the chats of the rules that run; `live` says that there is no simulated phone.
export function know(chats, live) {
  names = new Map(chats.map(({ id, name }) => [id, name]));
  isLive = live;
  if (isLive) conversations.clear();
  if (!names.has(chosen) && !conversations.has(chosen)) chosen = [...names.keys()][0] ?? "";
  draw();
}

export function begin() {
  person.begin({ chat: () => chosen, draw, refresh });
  const list = at("bubbles");
  at("newer").onclick = () => { list.scrollTop = list.scrollHeight; };
  list.onscroll = () => { if (isNearBottom(list)) at("newer").hidden = true; };
  document.addEventListener("visibilitychange", () => { if (isSeen()) draw(); });
}
