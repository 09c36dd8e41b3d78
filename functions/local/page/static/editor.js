// A text area with numbered lines, marks at the lines that have a problem, and a Tab key that indents.

import { element } from "./dom.js";

const INDENT = "  ";
const LARGEST = 1024 * 1024; // bytes, as of a rules file
const MOST_BYTES_A_UNIT = 3; // UTF-8 has no more for a unit of a string
const MOST_NUMBERED = 20_000; // lines; numbering more keeps the browser busy for seconds

export class Editor {
  // `refused` hears of what was pasted or dropped and is too large: showing it would already keep the browser busy.
  constructor(area, lines, refused) {
    this.area = area;
    this.lines = lines;
    this.leaves = false; // the next Tab leaves, as everywhere else
    this.marked = new Map(); // line -> severity
    area.addEventListener("beforeinput", (event) => {
      if ((event.data?.length ?? 0) <= LARGEST) return;
      event.preventDefault();
      refused();
    });
    area.addEventListener("input", () => this.number());
    area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("blur", () => { this.leaves = false; });
    lines.addEventListener("click", ({ target }) => { if (target.dataset.line) this.go(Number(target.dataset.line)); });
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.number();
  }

  // What no server takes is never numbered, marked or sent.
  get isTooLarge() {
    const { length } = this.area.value;
    if (length > LARGEST) return true;
    return length * MOST_BYTES_A_UNIT > LARGEST && new Blob([this.area.value]).size > LARGEST;
  }

  number() {
    const lines = this.area.value.split("\n").length;
    const count = lines > MOST_NUMBERED || this.isTooLarge ? 0 : lines;
    if (!count) this.lines.replaceChildren();
    while (this.lines.children.length > count) this.lines.lastChild.remove();
    while (this.lines.children.length < count) {
      const number = element("span", "number", String(this.lines.children.length + 1));
      number.dataset.line = number.textContent;
      this.lines.append(element("div", "", number));
    }
    this.lines.scrollTop = this.area.scrollTop;
  }

  // Marks the lines of these problems, and no others.
  mark(problems) {
    this.number();
    const worst = new Map();
    for (const { line, severity } of problems) if (worst.get(line) !== "error") worst.set(line, severity);
    [...this.lines.children].forEach((line, index) => {
      line.title = problems.filter((problem) => problem.line === index + 1).map(({ sentence }) => sentence).join("\n");
      line.className = worst.has(index + 1) ? `is-${worst.get(index + 1)}` : "";
    });
    const isWrong = [...worst.values()].includes("error");
    this.area.setAttribute("aria-invalid", String(isWrong));
  }

  // Puts the cursor there; lines and columns count from 1.
  go(line, column = 1) {
    const before = this.area.value.split("\n").slice(0, line - 1);
    const position = before.reduce((sum, each) => sum + each.length + 1, 0) + column - 1;
    this.area.focus();
    this.area.setSelectionRange(position, position);
    const height = this.lines.firstChild?.offsetHeight ?? this.area.scrollHeight / this.area.value.split("\n").length;
    this.area.parentElement.scrollIntoView({ block: "nearest" });
    this.area.scrollTop = Math.max(0, (line - 1) * height - this.area.clientHeight / 3);
  }

  key(event) {
    if (event.key === "Escape") this.leaves = true;
    else if (event.key !== "Tab") this.leaves = this.leaves && event.key === "Shift";
    else if (!this.leaves && !event.ctrlKey && !event.altKey && !event.metaKey) {
      event.preventDefault();
      this.indent(event.shiftKey);
    }
  }

  // As if typed, so that it can be undone.
  indent(isBack) {
    const { area } = this;
    const { selectionStart: from, selectionEnd: to, value } = area;
    const first = value.lastIndexOf("\n", from - 1) + 1;
    if (!isBack && from === to) {
      document.execCommand("insertText", false, INDENT);
      return;
    }
    const block = value.slice(first, to);
    const shifted = isBack ? block.replace(/^ {1,2}/gm, "") : block.replace(/^(?=.)/gm, INDENT);
    if (shifted === block) return;
    area.setSelectionRange(first, to);
    document.execCommand("insertText", false, shifted);
    area.setSelectionRange(from === to ? Math.max(first, from - (block.length - shifted.length)) : first, first + shifted.length);
    if (from === to) area.setSelectionRange(area.selectionStart, area.selectionStart);
  }
}
