// What can go wrong at the simulated provider, as switches; and what is wrong now, in words.

import { get, put } from "./ask.js";
import { at, button, counted, say } from "./dom.js";
import { notice } from "./head.js";

const EVERY_CHAT = "*";
const DOWN = "503";
const TOO_MANY = "429:5";
const REFUSALS = 3;

const isOf = (chat) => chat.chat_id === EVERY_CHAT;
let limitedLeft = 0;

const off = (id) => button("link-button", () => at(id).click(), "Switch it off");

function drawFaults(plan) {
  limitedLeft = plan?.left.filter((word) => word.startsWith("429")).length ?? 0;
  at("down").checked = plan?.then === DOWN;
  at("limited").checked = limitedLeft > 0;
  if (at("down").checked) notice("down", "wait", "Provider down: every text is answered 503 and tried again, later and later. Nothing is lost. ", off("down"));
  else notice("down");
  if (limitedLeft) notice("limited", "wait", `Rate limited: the next ${counted(limitedLeft, "text")} will be answered 429, “wait 5 seconds”. `, off("limited"));
  else notice("limited");
}

function drawLimit(streak) {
  at("waits").checked = streak !== null;
  if (streak === null) {
    notice("waits");
    return;
  }
  if (document.activeElement !== at("streak") && at("streak").validity.valid) at("streak").value = streak;
  const inARow = `${counted(streak, "text")}${streak > 1 ? " in a row" : ""}`;
  notice("waits", "wait", `Waits for a reply: a chat takes ${inARow}, then no more until its person answers on the phone. `, off("waits"));
}

async function look() {
  const [faults, limits] = await Promise.all([get("/blooio/faults"), get("/blooio/limits")]);
  if (!faults.ok || !limits.ok) return;
  drawFaults(faults.content.faults.find(isOf));
  drawLimit(limits.content.limits.find(isOf)?.streak ?? null);
  const on = ["down", "limited", "waits"].filter((id) => at(id).checked).length;
  say("faults-on", on ? String(on) : "");
}

// One look after the other, so that no older answer is drawn over a newer one.
let looking = Promise.resolve();
export const refresh = () => (looking = looking.then(look));

// What is used up is known only by asking.
export const attempted = () => { if (limitedLeft) refresh(); };

async function act(path, body) {
  const { trouble } = await put(path, body);
  say("said", trouble);
  await refresh();
}

function fault() {
  const sequence = at("limited").checked ? Array(limitedLeft || REFUSALS).fill(TOO_MANY) : [];
  const then = at("down").checked ? DOWN : "ok";
  const isSet = sequence.length > 0 || at("down").checked;
  act("/blooio/faults", { chat_id: EVERY_CHAT, ...(isSet && { sequence, then }) });
}

// Says beside the number what it may be, as long as it is none of that.
function check() {
  const { validity: { valid }, min, max } = at("streak");
  at("streak").setAttribute("aria-invalid", String(!valid));
  say("streak-wrong", valid ? "" : `It has to be a whole number from ${min} to ${max}.`);
  return valid;
}

function limit() {
  const isOn = at("waits").checked;
  if (!check() && isOn) {
    at("streak").focus();
    return refresh(); // the switch goes back to what is so
  }
  return act("/blooio/limits", { chat_id: EVERY_CHAT, streak: isOn ? at("streak").valueAsNumber : null });
}

function fold() {
  const isOpen = at("fold").getAttribute("aria-expanded") !== "true";
  at("fold").setAttribute("aria-expanded", String(isOpen));
  at("controls").classList.toggle("is-open", isOpen);
}

export function begin() {
  at("down").onchange = at("limited").onchange = fault;
  at("waits").onchange = limit;
  at("streak").onchange = () => { if (check() && at("waits").checked) limit(); };
  at("streak").oninput = () => { if (at("streak").validity.valid) check(); };
  at("fold").onclick = fold;
}
