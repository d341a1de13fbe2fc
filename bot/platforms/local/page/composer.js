// The box to write in, with hints for commands and people.
// What is sent goes one after the other, and typing never waits for it. One rule: a person becomes a mention only by being picked from the list.
import { avatar, el, icon, unique } from "./dom.js";

/** Make a composer. `world()` gives commands, people and the reader; `send(words)` is called with text and picks and tells whether it went;
 * `start` is what it begins with each time. */
export function composer({ label, placeholder, start = "", world, send }) {
  const listId = unique("hints");
  const input = el("textarea", { rows: "1", "aria-label": label, placeholder, "aria-autocomplete": "list", "aria-controls": listId, maxlength: "8000", enterkeyhint: "send" });
  const list = el("div", { class: "hints", id: listId, role: "listbox", "aria-label": "Suggestions", hidden: true });
  const usage = el("p", { class: "usage", hidden: true });
  const go = el("button", { type: "submit", class: "send", "aria-label": "Send", disabled: true }, icon("send"));
  const tool = (name, words, letter) => el("button", { type: "button", class: "icon-button", "aria-label": words, title: words, onclick: () => insert(letter) }, icon(name));
  const node = el("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); submit(); } },
    list, usage, el("div", { class: "box" }, input, el("div", { class: "tools" }, tool("slash", "Commands", "/"), tool("at", "Mention somebody", "@"), el("span", { class: "grow" }), go)));
  let picks = [], choices = [], at = 0, token = null, going = 0, queue = Promise.resolve();

  function refresh() {
    input.style.setProperty("height", "auto");
    if (input.scrollHeight) input.style.setProperty("height", `${Math.min(input.scrollHeight, 168)}px`);  // 0 in a window that is not shown
    go.disabled = input.value.trim() === start.trim();
    suggest();
  }
  function suggest() {
    const before = input.value.slice(0, input.selectionStart);
    const { commands, people, reader } = world();
    const slash = /^\s*\/([\w-]*(?: [\w-]*)*)$/.exec(before);
    const mention = /(?:^|[\s(])@([\p{L}\p{N}.'-]*(?: [\p{L}\p{N}.'-]*)?)$/u.exec(before);
    const known = commands.filter((each) => input.value.trimStart().toLowerCase().startsWith(`/${each.name} `))
      .reduce((best, each) => (best && best.name.length > each.name.length ? best : each), null);
    usage.replaceChildren(...(known ? [el("code", {}, `/${known.name} ${known.usage}`), el("span", {}, known.does)] : []));
    if (slash) {
      token = slash[1];
      choices = offered(commands, token.toLowerCase()).map((each) => ({
        insert: `/${each.name} `, length: token.length + 1,
        row: [el("span", { class: "hint-name" }, `/${each.name}`), el("span", { class: "hint-usage" }, each.usage), el("span", { class: "hint-does" }, each.does)],
      }));
    } else if (mention) {
      token = mention[1];
      const wanted = token.toLowerCase();
      const fits = (name) => name.toLowerCase().startsWith(wanted) || name.toLowerCase().split(/\s+/).some((word) => wanted && word.startsWith(wanted));
      const everyone = [...people].sort((one, two) => (two.organisation === reader.organisation) - (one.organisation === reader.organisation));
      choices = [{ user: "", name: "Bellwether", organisation: "", role: "the bot" }, ...everyone].filter((each) => fits(each.name)).slice(0, 9).map((each) => ({
        pick: each.user ? each : null, insert: `@${each.name} `, length: token.length + 1,
        row: [avatar(each.user, each.name), el("span", { class: "hint-name" }, each.name), el("span", { class: "hint-does" }, [each.role, each.organisation].filter(Boolean).join(" · "))],
      }));
    } else choices = [];
    at = slash?.[1].endsWith(" ") ? -1 : 0;  // after a whole command Enter sends it; only the arrows lead into the list
    show();
  }
  function show() {
    list.hidden = !choices.length;
    usage.hidden = Boolean(choices.length) || !usage.childNodes.length;
    list.replaceChildren(...choices.map((choice, n) => el("div", {
      class: "hint", role: "option", id: `${listId}-${n}`, "aria-selected": String(n === at),
      onpointerdown: (event) => { event.preventDefault(); take(choice); },
    }, choice.row)));
    if (choices[at]) input.setAttribute("aria-activedescendant", `${listId}-${at}`);
    else input.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  }
  function take(choice) {
    const end = input.selectionStart;
    input.setRangeText(choice.insert, end - choice.length, end, "end");
    if (choice.pick) picks.push(choice.pick);
    input.focus();
    refresh();
  }
  function insert(letter) {
    input.focus();
    const start = letter === "/" ? 0 : input.selectionStart;
    const gap = letter === "@" && start && !/\s/.test(input.value[start - 1]) ? " " : "";
    if (letter === "/" && input.value.startsWith("/")) input.setSelectionRange(1, 1);
    else input.setRangeText(gap + letter, start, letter === "/" ? 0 : input.selectionEnd, "end");
    refresh();
  }
  input.addEventListener("input", refresh);
  input.addEventListener("blur", () => { list.hidden = true; });
  input.addEventListener("click", suggest);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const open = !list.hidden;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (open && move) { at = (Math.max(at, move < 0 ? 0 : -1) + move + choices.length) % choices.length; show(); event.preventDefault(); }
    else if (open && event.key === "Escape") { choices = []; show(); event.preventDefault(); event.stopPropagation(); }
    else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey && choices[at] && choices[at].insert.trim() !== input.value.trim()) { take(choices[at]); event.preventDefault(); }
    else if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); submit(); }
  });
  function submit() {
    if (go.disabled || !input.value.trim()) return;
    const kept = draft();
    restore({ value: start, picks: [] });
    going++;
    node.classList.add("sending");
    queue = queue.then(() => send(cut(kept.value.trim(), kept.picks))).then((gone) => {
      if (!gone && input.value === start) restore(kept);
    }).finally(() => node.classList.toggle("sending", --going > 0));
  }
  function draft() { return { value: input.value, picks }; }
  function restore(kept) { input.value = kept.value; picks = kept.picks; refresh(); }
  return {
    node, focus: () => input.focus(),
    /** What is written so far, to be put back with `restore`. */
    draft, restore,
    /** Put text in; full names after an @ count as picked. */
    fill(text) {
      input.value = text || start;
      picks = world().people.filter((each) => text.includes(`@${each.name}`));
      input.setSelectionRange(input.value.length, input.value.length);
      refresh();
      choices = []; show();
      node.classList.add("filled");
      setTimeout(() => node.classList.remove("filled"), 1200);
    },
  };
}

/** The commands to offer; what only goes on from another that fits (`side days` from `side`) waits until that one is typed. */
function offered(commands, typed) {
  const fits = commands.filter((each) => each.name.startsWith(typed));
  return fits.filter((each) => !fits.some((other) => each.name.startsWith(`${other.name} `)));
}

/** Cut what was typed into text and picked people. */
function cut(text, picks) {
  const names = [...picks].sort((one, two) => two.name.length - one.name.length);
  const words = [];
  let plain = "";
  for (let n = 0; n < text.length;) {
    const found = text[n] === "@" && names.find((each) => text.startsWith(`@${each.name}`, n) && !/[\p{L}\p{N}]/u.test(text[n + each.name.length + 1] ?? ""));
    if (found) {
      if (plain) words.push(plain);
      words.push({ user: found.user });
      plain = "";
      n += found.name.length + 1;
    } else plain += text[n++];
  }
  if (plain) words.push(plain);
  return words;
}
