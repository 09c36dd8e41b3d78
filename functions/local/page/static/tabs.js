// The tabs; the phone is one of them where there is no room beside them.

import { at, isNarrow } from "./dom.js";

const NAMES = ["phone", "webhooks", "playground"];
const KEPT = "hookline tab";
const STEPS = { ArrowLeft: -1, ArrowRight: 1 };

let chosen = sessionStorage.getItem(KEPT) ?? "";
let changed = () => {};

const offered = () => NAMES.filter((name) => isNarrow.matches || name !== "phone");

function draw() {
  if (!offered().includes(chosen)) chosen = offered()[0];
  for (const name of NAMES) {
    const tab = at(`tab-${name}`);
    tab.hidden = !offered().includes(name);
    tab.setAttribute("aria-selected", String(name === chosen));
    tab.tabIndex = name === chosen ? 0 : -1;
    at(name).hidden = offered().includes(name) && name !== chosen;
  }
}

// The order of the page is the order in which it is read, also by the keyboard.
function arrange() {
  const phone = at("phone");
  if (isNarrow.matches) {
    at("views").after(phone);
    phone.setAttribute("role", "tabpanel");
    phone.setAttribute("aria-labelledby", "tab-phone");
  } else {
    at("page").prepend(phone);
    phone.removeAttribute("role");
    phone.removeAttribute("aria-labelledby");
  }
  draw();
  changed();
}

export function choose(name) {
  chosen = name;
  sessionStorage.setItem(KEPT, name);
  draw();
  changed();
}

function steer(event) {
  const names = offered();
  const now = names.indexOf(chosen);
  const ends = { Home: 0, End: names.length - 1 };
  const next = ends[event.key] ?? (now + STEPS[event.key] + names.length) % names.length;
  if (Number.isNaN(next)) return;
  event.preventDefault();
  choose(names[next]);
  at(`tab-${chosen}`).focus();
}

// `onchange` hears when something else is to be seen.
export function begin(onchange) {
  changed = onchange;
  for (const name of NAMES) at(`tab-${name}`).onclick = () => choose(name);
  at("tabs").onkeydown = steer;
  isNarrow.onchange = arrange;
  arrange();
}
