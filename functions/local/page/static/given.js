// The webhook of the playground: a sample, or what somebody pasted.

import { get } from "./ask.js";
import { at, element } from "./dom.js";
import { headersAsText, headersOf, typeOf } from "./draft.js";
import { pretty } from "./request.js";

const OWN = "";

let samples = [];
let draft = {};
let changed = () => {};

const idOf = ({ source, name }) => `${source} ${name}`;

export const given = () => ({
  source: at("source").value, content_type: at("content-type").value, headers: headersOf(at("headers").value), body: at("body").value,
});

// What of it survives a reload.
export const kept = () => ({
  sample: at("sample").value, source: at("source").value, contentType: at("content-type").value, headers: at("headers").value, body: at("body").value,
});

function option(value, label) {
  return Object.assign(element("option", "", label), { value });
}

function group(source) {
  const own = samples.filter((sample) => sample.source === source);
  return Object.assign(element("optgroup", "", ...own.map((sample) => option(idOf(sample), sample.label))), { label: source });
}

function offer(select, made, chosen) {
  select.replaceChildren(...made);
  if ([...select.options].some(({ value }) => value === chosen)) select.value = chosen;
}

function fill({ source, content_type: contentType, headers, body }) {
  at("source").value = source;
  at("content-type").value = contentType;
  at("headers").value = headersAsText(headers);
  at("body").value = pretty(body, contentType);
  at("body").scrollTop = 0;
  changed();
}

function pick() {
  const sample = samples.find((each) => idOf(each) === at("sample").value);
  if (sample) fill(sample);
}

function paste() {
  at("sample").value = OWN;
  at("content-type").value = typeOf(at("body").value);
  changed();
}

// Another source gets a sample of its own, unless there is a body that somebody wrote.
function turn() {
  const sample = samples.find(({ source }) => source === at("source").value);
  if (at("sample").value !== OWN && sample) {
    at("sample").value = idOf(sample);
    fill(sample);
  } else changed();
}

export function offerSources(sources) {
  offer(at("source"), sources.map(({ name }) => option(name, name)), at("source").value || draft.source);
}

// Asks for the samples of the rules that run; the first is shown where nothing is.
export async function learn() {
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

// Puts in a webhook that came, to be changed.
export function edit(webhook) {
  at("sample").value = OWN;
  fill(webhook);
  at("body").focus();
  at("body").setSelectionRange(0, 0);
}

// `last` is what was kept before a reload; `onchange` hears of every change.
export function begin(last, onchange) {
  draft = last;
  changed = onchange;
  at("content-type").value = draft.contentType;
  at("headers").value = draft.headers;
  at("body").value = draft.body;
  at("sample").onchange = pick;
  at("source").onchange = turn;
  at("body").oninput = paste;
  at("content-type").oninput = at("headers").oninput = changed;
}
