// The fields of a form, in a window of their own or in the midst of a message.
// One rule: what is wrong stands at its field, in words, and the first such field has the focus.
import { el, unique } from "./dom.js";
import { sentence } from "./words.js";

/** Make the fields. `ready()` marks what is still missing and tells whether nothing is, `mark(errors)` shows what the server found wrong. */
export function fieldset(drawn, reader) {
  const all = drawn.map((field) => (field.kind === "note" ? { node: el("p", { class: "form-note" }, sentence(field.words, reader)) } : FIELDS[field.kind](field)));
  const fields = all.filter((field) => field.id);
  const wrong = el("p", { class: "form-wrong", role: "alert", hidden: true });
  function mark(errors) {
    for (const field of fields) field.fault(errors[field.id] ?? "");
    const rest = Object.entries(errors).filter(([id]) => !fields.some((field) => field.id === id)).map(([, words]) => words);
    wrong.textContent = rest.join(" ");
    wrong.hidden = !rest.length;
    fields.find((field) => errors[field.id])?.focus();
  }
  return {
    nodes: [wrong, ...all.map((field) => field.node)], mark,
    values: () => Object.fromEntries(fields.map((field) => [field.id, field.value()])),
    ready() {
      const lacking = Object.fromEntries(fields.map((field) => [field.id, field.lacks()]).filter(([, words]) => words));
      mark(lacking);
      return !Object.keys(lacking).length;
    },
  };
}

/** What a field holds before anybody touches it, as it is sent. */
export function untouched(field) {
  return field.kind === "many" ? field.values : field.kind === "switch" ? (field.on ? "yes" : "") : field.value;
}

/** The same form with these values in its text and choice fields. */
export function holding(form, values) {
  return { ...form, fields: form.fields.map((field) => (values[field.id] ? { ...field, value: values[field.id] } : field)) };
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
