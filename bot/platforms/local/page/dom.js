// Elements from values. One rule: every letter goes in as text, never as markup.

/** Make an element; `on…` keys are listeners, true is a bare attribute, false and null are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const PATHS = {
  send: "M3.4 20.4 21 12 3.4 3.600l-.01 6.530L15 12 3.390 13.870z",
  down: "m6 9 6 6 6-6",
  back: "m14.500 6-6 6 6 6",
  close: "M6 6l12 12M18 6 6 18",
  reply: "M9.500 7 4.500 12l5 5M5 12h8.500c3.300 0 6 2.200 6 5.500",
  eye: "M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12zM12 14.800a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z",
  check: "m5 12.500 4.500 4.500L19 7.500",
  clock: "M12 7v5l3.200 2M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17z",
  talk: "M4 6.500A1.500 1.500 0 0 1 5.500 5h13A1.500 1.500 0 0 1 20 6.500v8a1.500 1.500 0 0 1-1.500 1.500H11l-4.500 3.500V16h-1A1.500 1.500 0 0 1 4 14.500zM8 9h8M8 12.300h5",
  hash: "M9.500 4 7.500 20M16.500 4l-2 16M4.500 9h16M3.500 15h16",
  list: "M8.500 6.500h11M8.500 12h11M8.500 17.500h11M4.500 6.500h.01M4.500 12h.01M4.500 17.500h.01",
  at: "M15.800 12a3.800 3.800 0 1 1-7.600 0 3.800 3.800 0 0 1 7.600 0zm0 0v1.300a2.400 2.400 0 0 0 4.700.6A9 9 0 1 0 17 19.500",
  slash: "M8 20 16 4",
  spark: "M12 3.500 13.800 9l5.700 1.800-5.700 1.900L12 18.500l-1.800-5.800-5.700-1.900L10.200 9z",
};

/** A small picture that says nothing by itself. */
export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", "aria-hidden": "true", class: `icon icon-${name}` }))
    svg.setAttribute(key, value);
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** The product whose looks surround that element. */
export const skinOf = (node) => node.closest("[data-skin]")?.dataset.skin;

let counter = 0;
export const unique = (stem) => `${stem}-${++counter}`;

const hues = new Map();

/** Give everybody a colour of their own, in their order. */
export function paint(users) { users.forEach((user, number) => hues.set(user, number % 8)); }

/** A mark with initials in the person's colour; the bot's has its bell. */
export function avatar(user, name) {
  if (!user) return el("span", { class: "avatar bot", "aria-hidden": "true" }, el("img", { src: "/page/bell.svg", alt: "" }));
  const initials = name.split(/\s+/).map((word) => [...word][0]).filter(Boolean);
  const letters = initials.length > 1 ? initials[0] + initials.at(-1) : initials[0];
  return el("span", { class: "avatar", "data-hue": hues.get(user), "aria-hidden": "true" }, letters);
}

/** Open a list under a button: a menu to choose from (`role` menu) or a choice that is kept (`role` listbox). */
export function popup(button, { role = "menu", label, items, choose }) {
  const kind = role === "menu" ? "menuitem" : "option";
  const list = el("div", { class: "popup", role, "data-skin": skinOf(button), "aria-label": label, tabindex: "-1" });
  const rows = items.map((item) =>
    el("button", {
      type: "button", role: kind, class: "popup-item", tabindex: "-1",
      "aria-selected": role === "listbox" ? String(Boolean(item.selected)) : null,
      onclick: () => { close(); choose(item); },
    }, item.content ?? item.label));
  list.append(...rows);
  document.body.append(list);
  place(button, list);
  button.setAttribute("aria-expanded", "true");
  (rows[items.findIndex((item) => item.selected)] ?? rows[0])?.focus();

  function close(refocus = true) {
    list.remove();
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    removeEventListener("resize", away);
    if (refocus && button.isConnected) button.focus();
  }
  function outside(event) { if (!list.contains(event.target)) close(false); }
  function away() { close(false); }
  document.addEventListener("pointerdown", outside, true);
  addEventListener("resize", away);
  list.addEventListener("keydown", (event) => {
    const at = rows.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) { rows.at(to % rows.length).focus(); event.preventDefault(); }
    else if (event.key === "Escape") { close(); event.stopPropagation(); }
    else if (event.key === "Tab") close();
    else if (event.key.length === 1) rows.find((row, n) => n > at && row.textContent.toLowerCase().startsWith(event.key.toLowerCase()))?.focus();
  });
}

function place(button, list) {
  const box = button.getBoundingClientRect();
  const room = innerHeight - box.bottom - 12;
  const width = Math.max(box.width, list.offsetWidth);
  const up = room < Math.min(list.offsetHeight, 240) && box.top > room;
  list.style.setProperty("min-width", `${Math.min(box.width, innerWidth - 16)}px`);
  list.style.setProperty("left", `${Math.max(8, Math.min(box.left, innerWidth - width - 8))}px`);
  list.style.setProperty("max-height", `${up ? box.top - 16 : room}px`);
  if (up) list.style.setProperty("bottom", `${innerHeight - box.top + 4}px`);
  else list.style.setProperty("top", `${box.bottom + 4}px`);
}
