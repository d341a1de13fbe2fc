// What asks for attention: forms, questions and short notices.
import { avatar, el, icon, skinOf, unique } from "./dom.js";
import { fieldset } from "./fields.js";
import { sentence } from "./words.js";
import { Refusal } from "./wire.js";

/** Show a short notice; `action` is a label and what it does. Gives a function that takes it away. */
export function toast(words, { action = null, stays = false, bad = false } = {}) {
  const node = el("div", { class: "toast", "data-bad": bad }, el("span", {}, words));
  const away = () => node.remove();
  if (action) node.append(el("button", { type: "button", class: "toast-action", onclick: () => { away(); action[1](); } }, action[0]));
  if (!stays) node.append(el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss", onclick: away }, icon("close")));
  document.getElementById("toasts").append(node);
  if (!stays) setTimeout(away, action ? 12000 : 7000);
  return away;
}

/** Ask before something counts, in the looks of where it was pressed. */
export function confirm(question, label, style, from) {
  return new Promise((done) => {
    const id = unique("question");
    const box = el("dialog", { class: "dialog small", "aria-labelledby": id, "data-skin": skinOf(from) },
      el("p", { id, class: "question" }, question),
      el("div", { class: "dialog-end" },
        el("button", { type: "button", class: "act", "data-style": "default", onclick: () => box.close("no") }, "Cancel"),
        el("button", { type: "button", class: "act", "data-style": style === "danger" ? "danger" : "primary", onclick: () => box.close("yes") }, label)));
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
  });
}

/** Open a form in the looks of `skin`; `send(values)` gives the server's answer. Errors stay at their fields; closed by mistake it can be brought back. */
export function openForm(drawn, reader, skin, send) {
  const title = unique("form");
  const box = el("dialog", { class: "dialog", "aria-labelledby": title, "data-skin": skin });
  const fields = fieldset(drawn.fields, reader);
  const submit = el("button", { type: "submit", class: "act", "data-style": "primary" }, drawn.submit);
  let touched = false, sent = false;
  const form = el("form", { novalidate: true, oninput: () => { touched = true; }, onsubmit },
    el("header", { class: "dialog-top" }, avatar("", "Bellwether"), el("h2", { id: title, tabindex: "-1" }, drawn.title),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => box.close() }, icon("close"))),
    el("div", { class: "dialog-mid" },
      drawn.intro.length ? el("p", { class: "form-intro" }, sentence(drawn.intro, reader)) : null, fields.nodes),
    el("footer", { class: "dialog-end" },
      el("button", { type: "button", class: "act", "data-style": "default", onclick: () => box.close() }, "Cancel"), submit));
  box.append(form);
  box.addEventListener("close", () => {
    box.remove();
    if (touched && !sent) toast("Form closed. What you typed is kept.", { action: ["Reopen", show] });
  });

  function show() {
    document.body.append(box);
    box.showModal();
    (box.querySelector(".field input, .field textarea, .field select") ?? submit).focus();
  }
  async function onsubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    if (!fields.ready()) return;
    submit.disabled = true;
    submit.classList.add("busy");
    try {
      const answer = await send(fields.values());
      if (answer.kind === "errors") return fields.mark(answer.fields);
      sent = true;
      box.close();
      if (answer.kind === "form") openForm(answer.form, reader, skin, answer.send);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      fields.mark({ "": problem.message });
    } finally {
      submit.disabled = false;
      submit.classList.remove("busy");
    }
  }
  show();
}
