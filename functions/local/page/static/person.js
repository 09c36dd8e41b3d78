// What the person at the phone does: answers, replies to one text, reacts.

import { post } from "./ask.js";
import { at, focusOn, say } from "./dom.js";

let phone = {}; // what the person holds: `chat()` is the one that is open, `draw()` and `refresh()` show it anew
let answering = null; // the text that is replied to

export const doing = {
  reacting: "", // id of the text whose reactions are offered
  trouble: "", // why the last thing came to nothing
};

// Returns whether it worked.
async function act(path, body) {
  ({ trouble: doing.trouble } = await post(path, body));
  if (doing.trouble) phone.draw();
  await phone.refresh();
  return !doing.trouble;
}

export function offer(textId) {
  doing.reacting = textId;
  phone.draw();
  document.querySelector(".tapback")?.scrollIntoView({ block: "nearest" });
}

export function react(text, name) {
  offer("");
  focusOn(`react ${text.id}`);
  act("/blooio/react", { chat_id: text.chat_id, message_id: text.id, reaction: name });
}

export function answer(text) {
  answering = text;
  at("answering").hidden = !text;
  say("answering-words", text ? `Reply to “${text.text}”` : "");
  offer("");
  if (text) at("words").focus();
}

// Another chat was opened: what was begun in the last one is over.
export function leave() {
  at("words").value = doing.trouble = doing.reacting = "";
  answering = null;
  at("answering").hidden = true;
}

export const isBusy = () => Boolean(at("words").value || doing.reacting || answering);

async function reply(event) {
  event.preventDefault();
  const words = at("words").value.trim();
  if (!words) return;
  const to = answering;
  at("words").value = "";
  answer(null);
  const wasSaid = await act("/blooio/reply", { chat_id: phone.chat(), text: words, ...(to && { message_id: to.id }) });
  if (!wasSaid && !at("words").value) {
    at("words").value = words;
    answer(to);
  }
}

function steer(event) {
  const buttons = [...at("bubbles").querySelectorAll(".react")];
  const now = buttons.indexOf(document.activeElement);
  const next = buttons[now + ({ ArrowUp: -1, ArrowDown: 1 }[event.key] ?? NaN)];
  if (now >= 0 && next) {
    event.preventDefault();
    next.focus();
  } else if (event.key === "Escape" && doing.reacting) {
    const key = `react ${doing.reacting}`;
    offer("");
    focusOn(key);
  }
}

export function begin(held) {
  phone = held;
  at("bubbles").onkeydown = steer;
  at("composer").onsubmit = reply;
  at("words").onkeydown = ({ key }) => { if (key === "Escape" && answering) answer(null); };
  at("answering-end").onclick = () => { answer(null); at("words").focus(); };
}
