// The playground: a webhook and rules to change, and what they make of it as one types.

import { post } from "./ask.js";
import { at, button, say } from "./dom.js";
import { read, write } from "./draft.js";
import { Editor } from "./editor.js";
import * as webhook from "./given.js";
import * as rehearsal from "./rehearsal.js";

const PAUSE_MS = 200;
const LARGER = "larger than 1 MiB, and rules have a few KB; is it another file?";
const TOO_LARGE = { line: 1, column: 1, severity: "error", sentence: `the text is ${LARGER}` };

const editor = new Editor(at("rules"), at("lines"), () => say("sent", `That was left out: it is ${LARGER}`));
const draft = read();
let running = null; // the rules that run
let isBroken = false;
let deeds = {};

const isChanged = () => running !== null && editor.text !== running.text;

function drawButtons() {
  const source = running?.sources.find(({ name }) => name === at("source").value);
  const canSend = Boolean(source?.can_send) && !isBroken;
  at("send").textContent = isChanged() ? "Send with these rules" : "Send";
  at("send").disabled = !canSend;
  at("send").title = source && !source.can_send ? "Only the sender itself can sign this; it can be rehearsed here." : "";
  at("use").disabled = !isChanged() || isBroken;
  at("file").disabled = !isChanged() && running?.origin === "file";
  say("draft-state", isChanged() ? "changed, not in use" : running?.origin === "file" ? "as they run" : "in use, not in the file");
}

let asking = new AbortController();

// The newest answer wins: an older question is given up.
async function rehearse() {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  if (editor.isTooLarge) {
    broken([TOO_LARGE]);
    rehearsal.fade(true);
    return;
  }
  const answer = await post("/page/rehearse", { rules: editor.text, ...webhook.given() }, signal).catch(() => null);
  if (answer === null || signal.aborted) return;
  if (!answer.ok) {
    say("sent", answer.trouble);
    return;
  }
  isBroken = rehearsal.drawProblems(answer.content.problems, editor);
  rehearsal.fade(isBroken);
  if (!isBroken) rehearsal.draw(answer.content);
  drawButtons();
}

let pause = 0;
let isUnlearned = true; // which samples there are for the rules that run
let isStale = true; // something has changed since the last rehearsal
function soon() {
  clearTimeout(pause);
  isStale = true;
  pause = setTimeout(() => {
    write({ ...webhook.kept(), rules: isChanged() ? editor.text : null });
    show();
  }, PAUSE_MS);
  drawButtons();
}

// Nothing is rehearsed or asked for that nobody sees.
export function show() {
  if (running === null || at("playground").hidden) return;
  if (isUnlearned) {
    isUnlearned = false;
    webhook.learn();
  }
  if (!isStale) return;
  isStale = false;
  rehearse();
}

function broken(problems) {
  isBroken = rehearsal.drawProblems(problems, editor);
  drawButtons();
  return "These rules have a problem; nothing was done.";
}

async function send() {
  const asked = { ...webhook.given(), rules: isChanged() ? editor.text : null, is_new: true };
  if (!(await deeds.agree())) return;
  say("sent", "");
  const { content, status, trouble } = await post("/page/send", asked);
  if (content?.problems) say("sent", broken(content.problems));
  else if (trouble) say("sent", trouble);
  else {
    const found = button("link-button", () => deeds.reveal(content.answer?.event_id), "See what became of it");
    at("sent").replaceChildren(`Sent, and answered ${content.status}. `, found);
  }
}

async function use(text) {
  const { content, trouble } = await post("/page/rules", { text });
  if (content?.problems && trouble) say("sent", broken(content.problems));
  else if (trouble) say("sent", trouble);
  else {
    editor.text = content.text;
    know(content);
    say("sent", text === null ? "The rules of the file run." : "These rules run now. The file is as it was.");
    soon();
  }
}

export const toTheFile = () => use(null);

// Takes over the rules that run; a draft of one's own stays.
export function know(rules) {
  if (running?.text === rules.text) {
    running = rules;
    drawButtons();
    return;
  }
  const hasDraft = isChanged() || (running === null && draft.rules !== null);
  if (!hasDraft) editor.text = rules.text;
  else if (running === null) editor.text = draft.rules;
  running = rules;
  isUnlearned = true;
  webhook.offerSources(rules.sources);
  soon();
}

// Opens a webhook here, to be changed and sent again.
export function edit(came) {
  webhook.edit(came);
  say("sent", "");
}

// `doing` has what is done elsewhere: `agree` asks before something real is sent, `reveal` shows a webhook.
export function begin(doing) {
  deeds = doing;
  webhook.begin(draft, soon);
  at("rules").oninput = soon;
  at("send").onclick = send;
  at("use").onclick = () => use(editor.text);
  at("file").onclick = toTheFile;
}
