// A message or card of the bot's, and its buttons.
import { el, icon, popup } from "./dom.js";
import { sentence } from "./words.js";
import { confirm } from "./dialog.js";

/** Draw a card; `press(action, value)` is called by its buttons and returns when it is done. */
export function card(drawn, reader, press) {
  const box = el("div", { class: "card", "data-tone": drawn.tone });
  box.append(el("p", { class: "card-title" }, sentence(drawn.title, reader)));
  for (const block of drawn.body) box.append(part(block, reader, press));
  if (drawn.buttons.length) box.append(controls(drawn.buttons, press));
  if (drawn.footer.length) box.append(el("p", { class: "card-footer" }, sentence(drawn.footer, reader)));
  return box;
}

function part(block, reader, press) {
  switch (block.kind) {
    case "paragraph": return el("p", { class: "said" }, sentence(block.words, reader));
    case "quote": return el("blockquote", { class: "said" }, sentence(block.words, reader));
    case "heading": return el("h4", {}, block.value);
    case "bullets": return el("ul", {}, block.items.map((item) => el("li", {}, sentence(item, reader))));
    case "facts": return el("dl", { class: "facts" }, block.facts.map((fact) =>
      el("div", {}, el("dt", {}, fact.label), el("dd", { class: "said" }, sentence(fact.value, reader)))));
    case "controls": return controls(block.controls, press);
    case "picture": return picture(block);
    default: throw new Error(`no way to draw a ${block.kind}`);
  }
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
    if (question && !(await confirm(question, label, style))) return;
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
