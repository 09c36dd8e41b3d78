// The phone page: asks each second for what was said and shows it as conversations, in which one answers as the person.
// Everything that came from outside is put in as text, never as markup.
"use strict";

const POLL_MS = 1000;
const NEAR_BOTTOM_PX = 80;
const CLOSE_MS = 60_000;
const HUES = 360;
const EVERYDAY = new Set(["delivered", "sent", "read", "received"]);
const LABEL_LENGTH = 40;
const TAPBACKS = new Map([
  ["love", "❤️"], ["like", "👍"], ["dislike", "👎"], ["laugh", "😂"], ["emphasize", "‼️"], ["question", "❓"],
]);

const at = (id) => document.getElementById(id);
const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

let conversations = new Map(); // chat -> what was said in it, and how it stands
let shown = ""; // what was drawn last, so that an unchanged answer changes nothing on the page
let chosen = new URLSearchParams(location.hash.slice(1)).get("chat") ?? "";
const seen = new Map(); // chat -> how many of its messages were looked at
let drawn = new Set(); // ids of the bubbles on the page: only others are animated
let reacting = ""; // id of the message whose tapback is open
let trouble = ""; // why the last thing that the person did came to nothing

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function button(className, label, focus, onclick) {
  const made = element("button", className);
  made.type = "button";
  made.dataset.focus = focus;
  made.onclick = onclick;
  if (label) made.setAttribute("aria-label", label);
  return made;
}

function focusOn(key) {
  document.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// Puts in new children; what had the focus has it afterwards, if it is still there.
function redraw(list, items) {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  list.replaceChildren(...items);
  if (key) focusOn(key);
}

const isMine = (message) => message.direction === "inbound";
const heard = (texts) => texts.filter((text) => !isMine(text)).length;
const counted = (number) => (number === 1 ? "1 text" : `${number} texts`);
const nameOf = (chatId) => chatId.replace(/^chat_/, "").replaceAll("_", " ") || chatId;

function dress(avatar, chatId) {
  let hue = 0;
  for (const letter of chatId) hue = (hue * 31 + letter.codePointAt(0)) % HUES;
  avatar.textContent = [...nameOf(chatId)][0].toUpperCase();
  avatar.style.background = `linear-gradient(hsl(${hue} 45% 50%), hsl(${hue} 55% 35%))`;
}

function drawChats() {
  redraw(at("chats"), [...conversations].map(([chatId, { texts }]) => {
    const chat = button("chat", "", `chat ${chatId}`, () => open(chatId));
    const avatar = element("span", "avatar");
    const unread = heard(texts) - (seen.get(chatId) ?? 0);
    chat.setAttribute("aria-current", String(chatId === chosen));
    avatar.setAttribute("aria-hidden", "true");
    dress(avatar, chatId);
    chat.append(
      avatar,
      element("span", "name", nameOf(chatId)),
      element("time", "when", time.format(texts.at(-1).created_at)),
      element("span", "last", (isMine(texts.at(-1)) ? "You: " : "") + texts.at(-1).text),
    );
    if (unread > 0) chat.append(element("span", "unread", String(unread)));
    const item = element("li");
    item.append(chat);
    return item;
  }));
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

// The button beside a bubble; only the latest is reached by Tab, the others from there by the arrow keys.
function reactButton(message, isLatest) {
  const start = message.text.slice(0, LABEL_LENGTH);
  const isOpen = reacting === message.id;
  const made = button("react", `React to ${start}`, `react ${message.id}`, () => openTapback(isOpen ? "" : message.id));
  made.setAttribute("aria-expanded", String(isOpen));
  made.tabIndex = isLatest ? 0 : -1;
  made.append(at("smile").content.cloneNode(true));
  return made;
}

function tapback(message) {
  const bar = element("div", "tapback");
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "Reactions");
  bar.append(...[...TAPBACKS].map(([name, sign]) => {
    const made = button("", name, `tapback ${name}`, () => react(message, name));
    made.setAttribute("aria-pressed", String(message.reaction === name));
    made.title = name;
    made.textContent = sign;
    return made;
  }));
  return bar;
}

function reaction(name) {
  const made = element("span", "reaction", TAPBACKS.get(name) ?? name);
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", `Reaction: ${name}`);
  return made;
}

function isBurst(one, other) {
  return Boolean(one && other) && isMine(one) === isMine(other) && other.created_at - one.created_at < CLOSE_MS;
}

function bubble(message, before, after, byId, isLatest) {
  const isLast = !isBurst(message, after);
  const item = element("li", "message");
  item.classList.toggle("is-mine", isMine(message));
  item.classList.toggle("is-reacted", Boolean(message.reaction));
  item.classList.toggle("is-close", isBurst(before, message));
  item.classList.toggle("is-last", isLast);
  item.classList.toggle("is-failed", message.status === "failed");
  item.classList.toggle("is-new", drawn.size > 0 && !drawn.has(message.id));
  if (message.reply_to) {
    item.append(element("p", "quote", `↩ ${byId.get(message.reply_to)?.text ?? message.reply_to}`));
  }
  const line = element("div", "line");
  const text = element("div", "bubble", message.text);
  if (message.link_preview) text.append(card(message.link_preview));
  if (message.reaction) text.append(reaction(message.reaction));
  line.append(text);
  if (isMine(message)) item.append(element("span", "unseen", "You: "));
  else line.append(reactButton(message, isLatest));
  item.append(line);
  if (reacting === message.id) item.append(tapback(message));
  // Within a burst only the last bubble carries the time, unless there is something to tell.
  if (isLast || message.effect || !EVERYDAY.has(message.status)) item.append(meta(message, !isMine(message)));
  return item;
}

function drawThread(texts) {
  const list = at("bubbles");
  const wasAtBottom = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_BOTTOM_PX;
  const follows = wasAtBottom && !reacting; // a tapback stays where it was opened
  const position = list.scrollTop;
  const byId = new Map(texts.map((text) => [text.id, text]));
  const latest = texts.findLast((text) => !isMine(text));
  const items = [];
  let today = "";
  texts.forEach((text, index) => {
    if (day.format(text.created_at) !== today) items.push(element("li", "day", (today = day.format(text.created_at))));
    items.push(bubble(text, texts[index - 1], texts[index + 1], byId, text === latest));
  });
  const hasNew = drawn.size > 0 && texts.some((text) => !drawn.has(text.id));
  const hasSpoken = hasNew && isMine(texts.at(-1));
  redraw(list, items);
  // A reader who scrolled up keeps the place, and is told that there is more; who speaks wants to see it.
  if (follows || drawn.size === 0 || hasSpoken) list.scrollTop = list.scrollHeight;
  else list.scrollTop = position;
  at("newer").hidden = follows || hasSpoken || (!hasNew && at("newer").hidden);
  drawn = new Set(byId.keys());
}

// A status is read out when it changes, so it is only touched then.
function say(id, words) {
  if (at(id).textContent !== words) at(id).textContent = words;
}

function standing({ limit, in_a_row: inARow, refused }) {
  if (limit === null || inARow < limit) return "";
  if (refused === 0) return "This line takes no more texts until you answer.";
  return `${counted(refused)} ${refused === 1 ? "was" : "were"} refused: this line waits for an answer.`;
}

function draw() {
  const isWide = matchMedia("(min-width: 701px)").matches;
  if (!conversations.has(chosen)) chosen = isWide ? [...conversations.keys()][0] ?? "" : "";
  const conversation = conversations.get(chosen);
  if (chosen) seen.set(chosen, heard(conversation.texts));
  at("phone").classList.toggle("is-empty", conversations.size === 0);
  at("phone").classList.toggle("is-open", Boolean(chosen));
  at("empty").hidden = conversations.size > 0;
  at("bubbles").hidden = at("thread-bar").hidden = at("foot").hidden = !chosen;
  drawChats();
  if (!chosen) return;
  at("thread-name").textContent = nameOf(chosen);
  at("thread-id").textContent = chosen;
  at("thread-count").textContent = counted(heard(conversation.texts));
  dress(at("thread-avatar"), chosen);
  say("hint", trouble || standing(conversation)); // first, because it takes height from the thread
  drawThread(conversation.texts);
}

function drawLimit(limits) {
  const streak = limits.find((limit) => limit.chat_id === "*")?.streak ?? null;
  at("limit-on").checked = streak !== null;
  if (streak !== null && document.activeElement !== at("limit-streak")) at("limit-streak").value = streak;
}

function open(chatId) {
  if (chatId !== chosen) at("words").value = trouble = reacting = "";
  chosen = chatId;
  drawn = new Set();
  at("newer").hidden = true;
  history.replaceState(null, "", chatId ? `#${new URLSearchParams({ chat: chatId })}` : " ");
  draw();
}

function tell(isLive) {
  at("link").className = isLive ? "link is-live" : "link is-lost";
  say("link-text", isLive ? "Live" : "Server stopped");
}

async function ask(path) {
  const answer = await fetch(`/blooio/${path}`, { cache: "no-store" });
  if (!answer.ok) throw new Error(`The phone answered ${answer.status}`);
  return answer.text();
}

async function look() {
  try {
    const texts = await Promise.all([ask("conversations"), ask("limits")]);
    tell(true);
    if (texts.join() === shown) return;
    const [chats, { limits }] = texts.map((text) => JSON.parse(text));
    // The chat in which something was said last comes first.
    conversations = new Map(chats.reverse().map((chat) => [chat.chat_id, chat]));
    shown = texts.join();
    drawLimit(limits);
    draw();
  } catch {
    tell(false);
  }
}

// One look after the other, so that no older answer is drawn over a newer one.
let looking = Promise.resolve();
const refresh = () => (looking = looking.then(look));

async function poll() {
  await refresh();
  setTimeout(poll, POLL_MS);
}

// Does what the person does, shows what came of it, and returns whether it worked.
async function act(method, path, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(`/blooio/${path}`, { method, headers, body: JSON.stringify(body) });
    trouble = answer.ok ? "" : (await answer.json()).error.message;
  } catch {
    trouble = "The server can't be reached.";
  }
  if (trouble) draw();
  await refresh();
  return !trouble;
}

function openTapback(messageId) {
  reacting = messageId;
  draw();
  document.querySelector(".tapback")?.scrollIntoView({ block: "nearest" });
}

function react(message, name) {
  openTapback("");
  focusOn(`react ${message.id}`);
  act("POST", "react", { chat_id: message.chat_id, message_id: message.id, reaction: name });
}

async function reply(event) {
  event.preventDefault();
  const words = at("words").value.trim();
  if (!words) return;
  at("words").value = "";
  if (!(await act("POST", "reply", { chat_id: chosen, text: words })) && !at("words").value) at("words").value = words;
}

function limit() {
  const isOn = at("limit-on").checked;
  shown = ""; // the switch is put right with the next look, whatever comes of it
  if (isOn && !at("limit-streak").reportValidity()) return;
  act("PUT", "limits", { chat_id: "*", streak: isOn ? at("limit-streak").valueAsNumber : null });
}

function steer(event) {
  const reacts = [...at("bubbles").querySelectorAll(".react")];
  const now = reacts.indexOf(document.activeElement);
  const next = reacts[now + ({ ArrowUp: -1, ArrowDown: 1 }[event.key] ?? NaN)];
  if (now >= 0 && next) {
    event.preventDefault();
    next.focus();
  } else if (event.key === "Escape" && reacting) {
    const key = `react ${reacting}`;
    openTapback("");
    focusOn(key);
  }
}

at("back").onclick = () => open("");
at("newer").onclick = () => { at("bubbles").scrollTop = at("bubbles").scrollHeight; };
at("bubbles").onkeydown = steer;
at("composer").onsubmit = reply;
at("limit-on").onchange = limit;
at("limit-streak").onchange = () => { if (at("limit-on").checked) limit(); };
at("bubbles").onscroll = ({ target }) => {
  if (target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_BOTTOM_PX) at("newer").hidden = true;
};
poll();
