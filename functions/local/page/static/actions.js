// The buttons that send something, and what came of it.

import { post } from "./ask.js";
import { at, button, counted, element, say } from "./dom.js";

const LIVE_HINT = "Off, because LIVE is on: real texts would go out.";

const SHOWN_MS = 6000;

let offered = [];
let fading = 0;

function told(words) {
  say("said", words);
  clearTimeout(fading);
  fading = setTimeout(say, SHOWN_MS, "said", "");
}

function outcome({ ok, content, trouble }) {
  if (!ok) return trouble;
  const { sent, over, refused } = content;
  const apart = over && over < sent ? `: ${counted(sent - over, "alert")} and ${over} that ${over === 1 ? "is" : "are"} over` : "";
  return `${counted(sent, "webhook")} sent${apart}.${refused ? ` ${refused} refused.` : ""}`;
}

// A button that can't be used says why instead.
async function fire({ name, source, hint }, isLive) {
  if (isLive || source === null) {
    told(isLive ? LIVE_HINT : hint);
    return;
  }
  say("said", "");
  told(outcome(await post("/page/fire", { what: name })));
}

function made(action, isLive) {
  const one = button(action.name === "alert" ? "main-button" : "quiet-button", () => fire(action, isLive), action.label);
  const isOff = isLive || action.source === null;
  one.dataset.focus = `action ${action.name}`;
  one.setAttribute("aria-disabled", String(isOff));
  one.title = isLive ? LIVE_HINT : `${action.label}: ${action.hint}`;
  return one;
}

export function draw(actions, isLive) {
  offered = actions;
  const list = element("div", "", ...actions.map((action) => made(action, isLive)));
  const drawn = at("actions");
  const isSame = drawn.children.length === list.children.length && [...drawn.children].every((each, index) => each.isEqualNode(list.children[index]));
  if (!isSame) drawn.replaceChildren(...list.children);
  at("first").onclick = () => fire(offered.find(({ name }) => name === "alert"), isLive);
}
