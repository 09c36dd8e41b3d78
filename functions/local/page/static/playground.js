// The playground: a webhook and rules to change, and what they make of it as one types.

import { get, post } from "./ask.js";
import { at, button, element, say } from "./dom.js";
import { headersAsText, headersOf, read, typeOf, write } from "./draft.js";
import { Editor } from "./editor.js";
import * as rehearsal from "./rehearsal.js";
import { pretty } from "./request.js";

const PAUSE_MS = 200;
const OWN = "";

const editor = new Editor(at("rules"), at("lines"));
const draft = read();
let running = null; // the rules that run
let samples = [];
let isBroken = false;
let deeds = {};

const isChanged = () => running !== null && editor.text !== running.text;
const given = () => ({
  source: at("source").value, content_type: at("content-type").value, headers: headersOf(at("headers").value), body: at("body").value,
});

const idOf = ({ source, name }) => `${source} ${name}`;

function option(value, label) {
  return Object.assign(element("option", "", label), { value });
}

function offer(select, made, chosen) {
  select.replaceChildren(...made);
  if ([...select.options].some(({ value }) => value === chosen)) select.value = chosen;
}

function group(source) {
  const own = samples.filter((sample) => sample.source === source);
  return Object.assign(element("optgroup", "", ...own.map((sample) => option(idOf(sample), sample.label))), { label: source });
}

function keep() {
  write({
    rules: isChanged() ? editor.text : null, sample: at("sample").value, source: at("source").value,
    contentType: at("content-type").value, headers: at("headers").value, body: at("body").value,
  });
}

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
  const answer = await post("/page/rehearse", { rules: editor.text, ...given() }, signal).catch(() => null);
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
  pause = setTimeout(() => { keep(); show(); }, PAUSE_MS);
  drawButtons();
}

// Nothing is rehearsed or asked for that nobody sees.
export function show() {
  if (running === null || at("playground").hidden) return;
  if (isUnlearned) learn();
  if (!isStale) return;
  isStale = false;
  rehearse();
}

function fill({ source, content_type: contentType, headers, body }) {
  at("source").value = source;
  at("content-type").value = contentType;
  at("headers").value = headersAsText(headers);
  at("body").value = pretty(body, contentType);
  at("body").scrollTop = 0;
  soon();
}

function pick() {
  const sample = samples.find((each) => idOf(each) === at("sample").value);
  if (sample) fill(sample);
}

function paste() {
  at("sample").value = OWN;
  at("content-type").value = typeOf(at("body").value);
  soon();
}

// Another source gets a sample of its own, unless there is a body that somebody wrote.
function turn() {
  const sample = samples.find(({ source }) => source === at("source").value);
  if (at("sample").value !== OWN && sample) {
    at("sample").value = idOf(sample);
    fill(sample);
  } else soon();
}

function broken(problems) {
  isBroken = rehearsal.drawProblems(problems, editor);
  drawButtons();
  return "These rules have a problem; nothing was done.";
}

async function send() {
  const asked = { ...given(), rules: isChanged() ? editor.text : null, is_new: true };
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
  offer(at("source"), rules.sources.map(({ name }) => option(name, name)), at("source").value || draft.source);
  soon();
}

async function learn() {
  isUnlearned = false;
  const answer = await get("/page/samples");
  if (!answer.ok) return;
  const isDraft = !samples.length && draft.body && at("body").value === draft.body;
  const isEmpty = !at("body").value;
  samples = answer.content;
  const chosen = isEmpty ? samples[0] && idOf(samples[0]) : isDraft ? draft.sample : at("sample").value;
  const sources = [...new Set(samples.map(({ source }) => source))];
  offer(at("sample"), [option(OWN, "Your own"), ...sources.map(group)], chosen);
  if (isEmpty) pick();
}

// Opens a webhook here, to be changed and sent again.
export function edit(webhook) {
  at("sample").value = OWN;
  fill(webhook);
  say("sent", "");
  at("body").focus();
  at("body").setSelectionRange(0, 0);
}

// `doing` has what is done elsewhere: `agree` asks before something real is sent, `reveal` shows a webhook.
export function begin(doing) {
  deeds = doing;
  at("content-type").value = draft.contentType;
  at("headers").value = draft.headers;
  at("body").value = draft.body;
  at("sample").onchange = pick;
  at("source").onchange = turn;
  at("body").oninput = paste;
  at("content-type").oninput = at("headers").oninput = at("rules").oninput = soon;
  at("send").onclick = send;
  at("use").onclick = () => use(editor.text);
  at("file").onclick = toTheFile;
}
