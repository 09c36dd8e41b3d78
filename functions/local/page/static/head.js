// The line above all: whether the server is there, which rules run, and what is wrong with the saved ones.

import { at, button, counted, element, outside, say } from "./dom.js";

const notices = new Map(); // name -> what the list of notices shows of it

// Shows a notice, or takes it away when there are no `parts`.
export function notice(name, tone, ...parts) {
  if (parts.length) notices.set(name, element("li", `notice is-${tone}`, ...parts));
  else notices.delete(name);
  const made = [...notices.values()];
  const shown = [...at("notices").children];
  if (made.length === shown.length && made.every((each, index) => each.isEqualNode(shown[index]))) return;
  at("notices").replaceChildren(...made);
}

export function tell(isThere) {
  at("link").className = isThere ? "link is-live" : "link is-lost";
  say("link-text", isThere ? location.host : "Server stopped");
  if (isThere) notice("lost");
  else notice("lost", "bad", "The server has stopped. Start it again with ", element("code", "", "make run"), "; this page goes on by itself.");
}

function problem({ line, severity, sentence, excerpt }) {
  const made = element("li", `problem is-${severity}`, element("b", "", `Line ${line}: `), outside("span", "", sentence));
  if (excerpt) made.append(outside("code", "excerpt", excerpt.trim()));
  return made;
}

const isError = ({ severity }) => severity === "error";
const hasErrors = (problems) => problems.some(isError);

function drawProblems(problems) {
  const errors = problems.filter(isError);
  if (!problems.length) {
    notice("problems");
    return;
  }
  const words = errors.length
    ? `A saved change has ${counted(errors.length, "problem")}; the last good rules still run.`
    : `The rules run, with ${counted(problems.length, "warning")}.`;
  const list = element("ul", "", ...(errors.length ? errors : problems).map(problem));
  notice("problems", errors.length ? "bad" : "wait", element("p", "", words), list);
}

const RUNNING = {
  file: ({ problems }) => (hasErrors(problems) ? "was saved with a problem" : "is what runs"),
  page: () => "not in use: the rules of this page run",
  push: ({ version }) => `not in use: version ${version} was pushed`,
};

// `toTheFile` lets the rules of the file run again.
export function draw(rules, toTheFile) {
  at("running").hidden = false;
  say("running-file", rules.file);
  say("running-words", (RUNNING[rules.origin] ?? RUNNING.file)(rules));
  at("running").classList.toggle("is-elsewhere", rules.origin !== "file");
  drawProblems(rules.problems);
  if (rules.origin !== "page") notice("origin");
  else if (!notices.has("origin")) {
    notice("origin", "wait", "The rules of the Playground run; the file on your disk is as it was. ", button("link-button", toTheFile, "Back to the file"));
  }
}

export function live() {
  notice("live", "bad", element("b", "", "LIVE. "), "Real texts go out through Blooio to real phones.");
}
