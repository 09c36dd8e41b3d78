// The page of `make run`: puts its parts together, and gives them what the server tells.

import * as actions from "./actions.js";
import { post } from "./ask.js";
import { at, say } from "./dom.js";
import * as faults from "./faults.js";
import * as head from "./head.js";
import * as phone from "./phone.js";
import * as playground from "./playground.js";
import { listen } from "./stream.js";
import * as tabs from "./tabs.js";
import * as webhooks from "./webhooks.js";

let isLive = false;

// Nothing real is sent without being asked.
function agree() {
  if (!isLive) return Promise.resolve(true);
  say("asked-words", "LIVE is on: the texts of this webhook go out through Blooio to the chats of your rules.");
  at("asked").returnValue = "no";
  at("asked").showModal();
  return new Promise((resolve) => { at("asked").onclose = () => resolve(at("asked").returnValue === "yes"); });
}

// Sends a webhook once more as it came, and returns what to say of it.
async function again({ source, content_type: contentType, headers, body, event_id: eventId }) {
  if (!(await agree())) return "";
  const asked = { source, content_type: contentType, headers, body, rules: null, is_new: false };
  const { content, trouble } = await post("/page/send", asked);
  if (trouble) return trouble;
  const { answer, status } = content;
  const isSame = !answer?.event_id || answer.event_id === eventId;
  return `Answered ${status}. ${isSame ? "It has the same id, so nobody is told twice." : "Its sender gave it no id, so it counts as a new one."}`;
}

function edit(webhook) {
  tabs.choose("playground");
  playground.edit(webhook);
}

function reveal(eventId) {
  tabs.choose("webhooks");
  webhooks.reveal(eventId);
}

function take({ rules, actions: offered }) {
  head.draw(rules, playground.toTheFile);
  actions.draw(offered, isLive);
  phone.know(rules.chats, isLive);
  playground.know(rules);
}

function hello({ live, ...told }) {
  isLive = live;
  at("page").classList.toggle("is-real", live);
  if (live) head.live();
  else look();
  webhooks.clear();
  take(told);
}

function look() {
  phone.refresh();
  faults.refresh();
}

function delivery(told) {
  webhooks.takeDelivery(told);
  faults.attempted();
}

phone.begin();
faults.begin();
webhooks.begin({ edit, again });
playground.begin({ agree, reveal });
tabs.begin(() => { phone.draw(); playground.show(); });
listen(head.tell, {
  hello,
  rules: take,
  webhook: webhooks.take,
  delivery,
  phone: look,
});
