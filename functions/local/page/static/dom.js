// Elements, focus and times. What came from outside is put in as text, never as markup.

export const at = (id) => document.getElementById(id);
export const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
export const clockToTheSecond = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
export const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

// Children that are no elements become text.
export function element(tag, className = "", ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// What somebody wrote may run from right to left: it keeps its direction to itself.
export function outside(tag, className, text) {
  const made = element(tag, className, text);
  made.dir = "auto";
  return made;
}

export function button(className, onclick, ...children) {
  const made = element("button", className, ...children);
  made.type = "button";
  made.onclick = onclick;
  return made;
}

// A status is read out when it changes, so it is only touched then.
export function say(id, words) {
  if (at(id).textContent !== words) at(id).textContent = words;
}

export function focusOn(key) {
  document.querySelector(`[data-focus="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
}

// Puts in new children; what had the focus has it afterwards, if it is still there.
export function redraw(list, items) {
  const key = list.contains(document.activeElement) ? document.activeElement.dataset.focus : undefined;
  list.replaceChildren(...items);
  if (key) focusOn(key);
}

// Puts in the one child unless it is there: what somebody has marked or focused in it stays so.
export function update(parent, child) {
  if (!parent.firstChild?.isEqualNode(child)) parent.replaceChildren(child);
}

export const counted = (number, one) => (number === 1 ? `1 ${one}` : `${number} ${one}s`);
export const isNarrow = matchMedia("(max-width: 899px)");
