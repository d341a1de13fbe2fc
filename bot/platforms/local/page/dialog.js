// What asks for attention: forms, questions and short notices.
import { el, icon, unique } from "./dom.js";
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

/** Ask before something counts. */
export function confirm(question, label, style) {
  return new Promise((done) => {
    const id = unique("question");
    const box = el("dialog", { class: "dialog small", "aria-labelledby": id },
      el("p", { id, class: "question" }, question),
      el("div", { class: "dialog-end" },
        el("button", { type: "button", class: "act", "data-style": "default", onclick: () => box.close("no") }, "Cancel"),
        el("button", { type: "button", class: "act", "data-style": style === "danger" ? "danger" : "primary", onclick: () => box.close("yes") }, label)));
    box.addEventListener("close", () => { box.remove(); done(box.returnValue === "yes"); });
    document.body.append(box);
    box.showModal();
  });
}

/** Open a form; `send(values)` gives the server's answer. Errors stay at their fields; closed by mistake it can be brought back. */
export function openForm(drawn, reader, org, send) {
  const title = unique("form");
  const box = el("dialog", { class: "dialog", "aria-labelledby": title, "data-org": org });
  const fields = drawn.fields.map((field) => (field.kind === "note" ? { node: el("p", { class: "form-note" }, sentence(field.words, reader)) } : FIELDS[field.kind](field)));
  const wrong = el("p", { class: "form-wrong", role: "alert", hidden: true });
  const submit = el("button", { type: "submit", class: "act", "data-style": "primary" }, drawn.submit);
  let touched = false, sent = false;
  const form = el("form", { novalidate: true, oninput: () => { touched = true; }, onsubmit },
    el("header", { class: "dialog-top" }, el("h2", { id: title, tabindex: "-1" }, drawn.title),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close", onclick: () => box.close() }, icon("close"))),
    el("div", { class: "dialog-mid" },
      drawn.intro.length ? el("p", { class: "form-intro" }, sentence(drawn.intro, reader)) : null, wrong, fields.map((field) => field.node)),
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
  function mark(errors) {
    const known = new Set();
    for (const field of fields.filter((each) => each.id)) { field.fault(errors[field.id] ?? ""); known.add(field.id); }
    const rest = Object.entries(errors).filter(([id]) => !known.has(id)).map(([, words]) => words);
    wrong.textContent = rest.join(" ");
    wrong.hidden = !rest.length;
    fields.find((field) => field.id && errors[field.id])?.focus();
  }
  async function onsubmit(event) {
    event.preventDefault();
    if (submit.disabled) return;
    const lacking = Object.fromEntries(fields.filter((field) => field.id).map((field) => [field.id, field.lacks()]).filter(([, words]) => words));
    mark(lacking);
    if (Object.keys(lacking).length) return;
    submit.disabled = true;
    submit.classList.add("busy");
    try {
      const answer = await send(Object.fromEntries(fields.filter((field) => field.id).map((field) => [field.id, field.value()])));
      if (answer.kind === "errors") return mark(answer.fields);
      sent = true;
      box.close();
      if (answer.kind === "form") openForm(answer.form, reader, org, answer.send);
    } catch (problem) {
      if (!(problem instanceof Refusal)) throw problem;
      mark({ "": problem.message });
    } finally {
      submit.disabled = false;
      submit.classList.remove("busy");
    }
  }
  show();
}

function frame(field, input, { group = false, count = null } = {}) {
  const id = unique("field"), told = `${id}-hint`, fault = `${id}-fault`;
  const optional = field.required === false ? el("span", { class: "optional" }, "optional") : null;
  const error = el("p", { class: "field-fault", id: fault });
  const label = group ? el("legend", {}, field.label, optional) : el("label", { for: id }, field.label, optional);
  if (!group) input.id = id;
  input.setAttribute("aria-describedby", `${fault} ${told}`);
  const node = el(group ? "fieldset" : "div", { class: "field", "data-kind": field.kind }, label, input, error,
    el("div", { class: "field-end", id: told }, field.hint ? el("span", {}, field.hint) : null, count));
  return {
    id: field.id, node,
    focus: () => (group ? input.querySelector("input") : input)?.focus(),
    fault(words) {
      error.textContent = words;
      node.toggleAttribute("data-wrong", Boolean(words));
      if (!group) input.setAttribute("aria-invalid", String(Boolean(words)));
    },
  };
}

const FIELDS = {
  text(field) {
    const most = field.most || 2000;
    const input = el(field.lines ? "textarea" : "input", { maxlength: most, placeholder: field.example || null, required: field.required, rows: field.lines ? "3" : null, type: field.lines ? null : "text", autocomplete: "off" });
    input.value = field.value;
    const count = el("span", { class: "count" });
    const tell = () => {
      const length = [...input.value.trim()].length;
      count.textContent = field.least && length < field.least ? `${length} of at least ${field.least} letters` : length > most * 0.8 ? `${length} of ${most}` : "";
    };
    input.addEventListener("input", tell);
    tell();
    const lacks = () => {
      const length = [...input.value.trim()].length;
      if (field.required && !length) return "Please fill this in.";
      return length && length < field.least ? `Please write at least ${field.least} letters; this is ${length}.` : "";
    };
    return { ...frame(field, input, { count }), value: () => input.value, lacks };
  },
  choice(field) {
    const input = el("select", { required: field.required },
      !field.required || !field.value ? el("option", { value: "" }, field.required ? "Choose…" : "—") : null,
      field.options.map((option) => el("option", { value: option.value }, option.label)));
    input.value = field.value;
    return { ...frame(field, input), value: () => input.value, lacks: () => (field.required && !input.value ? "Please choose one." : "") };
  },
  many(field) {
    const name = unique("many");
    const rows = field.options.map((option) => {
      const input = el("input", { type: "checkbox", name, value: option.value });
      input.checked = field.values.includes(option.value);
      return el("label", { class: "pick" }, input, el("span", {}, option.label));
    });
    const list = el("div", { class: "picks" }, rows);
    const value = () => [...list.querySelectorAll("input:checked")].map((input) => input.value);
    return { ...frame(field, list, { group: true }), value, lacks: () => (field.required && !value().length ? "Please choose at least one." : "") };
  },
  switch(field) {
    const input = el("input", { type: "checkbox", role: "switch", class: "switch-input" });
    input.checked = field.on;
    return { ...frame(field, input), value: () => (input.checked ? "yes" : ""), lacks: () => "" };
  },
};
