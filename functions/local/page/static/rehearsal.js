// What the rules of the playground would make of its webhook, and what is wrong with them.

import { bubble } from "./bubbles.js";
import { at, button, counted, element, outside, say } from "./dom.js";
import { why } from "./why.js";

function text(message) {
  const { rule, chat_name: chat, effect, urgent, thread, reply_to: replyTo, link_preview: preview } = message;
  const about = element("p", "meta", "to ", outside("b", "", chat), " by ", outside("span", "", rule));
  if (urgent) about.append(" · ", element("b", "urgent", "urgent"));
  if (effect) about.append(" · ", element("span", "effect", `✦ ${effect}`));
  if (thread) about.append(" · thread ", outside("span", "", thread));
  const card = preview && { title: preview.title, imageUrl: preview.image ?? preview.imageUrl };
  const made = element("div", "message is-last");
  if (replyTo) made.append(outside("p", "quote", `↩ ${replyTo}`));
  made.append(bubble({ text: message.text, link_preview: card }), about);
  return made;
}

function problem(found, editor) {
  const words = [element("b", "", `Line ${found.line}`), " ", outside("span", "", found.sentence)];
  const made = button("problem-line", () => editor.go(found.line, found.column), ...words);
  made.dataset.focus = `problem ${found.line} ${found.column}`;
  return element("li", `is-${found.severity}`, made);
}

export function drawProblems(problems, editor) {
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.length - errors;
  const words = [errors && counted(errors, "problem"), warnings && counted(warnings, "warning")].filter(Boolean).join(", ");
  editor.mark(problems);
  at("problems").hidden = problems.length === 0;
  say("problems-words", words && `${words} in these rules`);
  const made = problems.map((found) => problem(found, editor));
  const shown = [...at("problems-list").children];
  if (made.length !== shown.length || made.some((each, index) => !each.isEqualNode(shown[index]))) at("problems-list").replaceChildren(...made);
  return errors > 0;
}

// Shows the answer; while the rules are broken, the last good one stays, but faded.
export function draw({ messages, reason, lines, warnings }) {
  const nobody = element("p", "nobody", reason ? "Nobody hears of it: " : "Nobody hears of it.", outside("span", "", reason));
  at("texts").replaceChildren(
    ...(messages.length ? messages.map(text) : [nobody]),
    ...warnings.map((warning) => outside("p", "warning", warning)),
  );
  at("why").replaceChildren(...(lines.length ? [why(lines)] : []));
}

export function fade(isFaded) {
  at("result").classList.toggle("is-faded", isFaded);
}
