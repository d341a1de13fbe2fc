// A message or card of the bot's, and its buttons.
import { el, icon, popup, unique } from "./dom.js";
import { sentence } from "./words.js";
import { confirm } from "./dialog.js";
import { fieldset, untouched } from "./fields.js";

/** Draw a card for one reader. `acts.press(action, value)` is called by its buttons and `acts.fill(form, values)` by a form in it; both
 * return when it is done. `acts.inline` tells whether cards take input here, `acts.sent(form)` whether that form has gone already. */
export function card(drawn, reader, acts) {
  const box = el("div", { class: "card", "data-tone": drawn.tone });
  box.append(el("p", { class: "card-title" }, sentence(drawn.title, reader)));
  for (const block of drawn.body) box.append(part(block, reader, acts));
  if (drawn.buttons.length) box.append(controls(drawn.buttons, acts.press));
  if (drawn.footer.length) box.append(el("p", { class: "card-footer" }, sentence(drawn.footer, reader)));
  return box;
}

function part(block, reader, acts) {
  switch (block.kind) {
    case "paragraph": return el("p", { class: "said" }, sentence(block.words, reader));
    case "quote": return el("blockquote", { class: "said" }, sentence(block.words, reader));
    case "heading": return el("h4", {}, block.value);
    case "bullets": return el("ul", {}, block.items.map((item) => el("li", {}, sentence(item, reader))));
    case "facts": return el("dl", { class: "facts" }, block.facts.map((fact) =>
      el("div", {}, el("dt", {}, fact.label), el("dd", { class: "said" }, sentence(fact.value, reader)))));
    case "controls": return controls(block.controls, acts.press);
    case "inset": return inset(block, reader, acts);
    case "picture": return picture(block);
    default: throw new Error(`no way to draw a ${block.kind}`);
  }
}

/** A form in the midst of a card: its first fields where cards take input, and the button that opens all of it. */
function inset({ form, first, opening }, reader, acts) {
  if (acts.sent(form)) return el("p", { class: "muted" }, `${form.title}: sent.`);
  const shown = acts.inline ? form.fields.filter((field) => first.includes(field.id)) : [];
  if (!shown.length) return controls([opening], acts.press);
  const fields = fieldset(shown, reader), title = unique("inset");
  const submit = el("button", { type: "submit", class: "act", "data-style": "primary", "data-key": `${form.key}|send` }, form.submit);
  const rest = Object.fromEntries(form.fields.filter((field) => field.id).map((field) => [field.id, untouched(field)]));
  const open = button({ ...opening, style: "default" }, (action, value) => acts.press(action, value, fields.values()));
  return el("form", { class: "inset", novalidate: true, "aria-labelledby": title, onsubmit: (event) => {
    event.preventDefault();
    if (fields.ready()) busy(submit, async () => fields.mark((await acts.fill(form, { ...rest, ...fields.values() })) ?? {}));
  } }, el("h4", { id: title }, form.title), form.intro.length ? el("p", { class: "form-intro" }, sentence(form.intro, reader)) : null, fields.nodes,
  el("div", { class: "controls" }, submit, open));
}

function picture({ url, alt }) {
  const words = el("figcaption", {}, alt);
  return el("figure", {}, el("img", { src: url, alt: "", loading: "lazy", onerror: (event) => event.target.remove() }), words);
}

function controls(list, press) {
  return el("div", { class: "controls" }, list.map((control) => control.kind === "menu" ? menu(control, press) : button(control, press)));
}

function button({ label, action, value, style, confirm: question }, press) {
  const node = el("button", { type: "button", class: "act", "data-style": style, "data-key": `${action}|${value}` }, label);
  node.addEventListener("click", async () => {
    if (question && !(await confirm(question, label, style, node))) return;
    await busy(node, () => press(action, value));
  });
  return node;
}

function menu({ label, action, options }, press) {
  const node = el("button", { type: "button", class: "act", "data-style": "default", "data-key": `${action}|menu`, "aria-haspopup": "menu", "aria-expanded": "false" }, label, icon("down"));
  node.addEventListener("click", () => popup(node, { label, items: options, choose: (option) => busy(node, () => press(action, option.value)) }));
  return node;
}

async function busy(node, work) {
  if (node.getAttribute("aria-disabled") === "true") return;
  node.setAttribute("aria-disabled", "true");
  node.classList.add("busy");
  try { await work(); } finally {
    node.removeAttribute("aria-disabled");
    node.classList.remove("busy");
  }
}
