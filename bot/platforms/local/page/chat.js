// The whole page: what is known, the windows, the clock and the tour.
import { avatar, el, icon, paint, popup } from "./dom.js";
import { city, clockTime, shortDay, weekday } from "./words.js";
import { toast } from "./dialog.js";
import { Refusal, act, listen } from "./wire.js";
import { Seat } from "./seat.js";

const at = (id) => document.getElementById(id);

const chat = {
  people: [], skins: {}, rooms: [], commands: [], posts: [], homes: {}, letters: {}, steps: [], clock: null, seats: [],
  active: 0, loaded: false, seen: new Map(), seenLetters: null, known: new Map(), sent: new Set(),

  person(user) { return this.people.find((each) => each.user === user); },
  get now() { return new Date(this.clock.now); },

  hear(news) {
    if (news.fresh) this.known.clear();
    if (news.epoch && news.epoch !== this.epoch) {
      Object.assign(this, { epoch: news.epoch, baseline: undefined, seenLetters: null });
      this.seen.clear();
    }
    for (const key of ["people", "skins", "rooms", "commands", "homes", "letters", "clock", "steps"]) if (key in news) this[key] = news[key];
    paint(this.people.map((each) => each.user));
    for (const post of news.posts ?? []) this.keep(post);
    this.sort();
    this.seenLetters ??= { ...this.letters };
    if (!this.seats.length) return this.seatAll();
    this.loaded = true;
    if (this.baseline === undefined) this.baseline = Math.max(0, ...this.posts.map((post) => post.order));
    this.draw();
  },
  keep(post) {
    if ((this.known.get(post.id)?.version ?? -1) <= post.version) this.known.set(post.id, post);
  },
  take(post) { this.keep(post); this.sort(); this.draw(); },
  sort() { this.posts = [...this.known.values()].sort((one, two) => one.order - two.order); },

  seatAll() {
    const organisations = [...new Set(this.people.map((each) => each.organisation))];
    this.seats = organisations.map((organisation, number) => new Seat(organisation, number, this));
    at("seats").replaceChildren(...this.seats.map((seat) => seat.node));
    this.reseat();
  },
  reseat() {
    this.stop?.();
    this.loaded = false;
    this.draw();
    this.stop = listen([...new Set(this.seats.map((seat) => seat.who))], (news) => this.hear(news), connected);
  },

  read(seat) {
    if (matchMedia("(max-width: 899px)").matches && seat.number !== this.active) return;
    this.seen.set(`${seat.who}|${seat.where}`, Math.max(0, ...this.posts.map((post) => post.order)));
    if (seat.direct) this.seenLetters[seat.who] = this.letters[seat.who] ?? 0;
  },
  unread(user, where) {
    const seen = this.seen.get(`${user}|${where}`) ?? this.baseline ?? Infinity;
    return this.posts.filter((post) => post.where === where && post.order > seen && post.author !== user && (!post.to || post.to === user)).length;
  },
  unreadLetters(user) { return Math.max(0, (this.letters[user] ?? 0) - (this.seenLetters[user] ?? 0)); },
  unreadElsewhere(seat) { return seat.people().filter((each) => each.user !== seat.who).reduce((sum, each) => sum + this.unreadLetters(each.user), 0); },
  unreadOf(seat) { return this.unreadLetters(seat.who) + seat.rooms().reduce((sum, room) => sum + this.unread(seat.who, room.key), 0); },

  draw() {
    for (const seat of this.seats) seat.draw();
    const total = this.seats.reduce((sum, seat) => sum + this.unreadOf(seat), 0);
    document.title = total ? `(${total}) Bellwether` : "Bellwether";
    drawSwitch();
    drawClock();
    drawTour();
  },
  activate(number) {
    this.active = number;
    this.draw();
    this.seats[number].toEnd();
  },
};

let lost = null, lostTimer = null;
function connected(well) {
  clearTimeout(lostTimer);
  if (!well) lostTimer = setTimeout(() => { lost ??= toast("The connection is lost. Trying again…", { stays: true, bad: true }); }, 800);
  else if (lost) { lost(); lost = null; toast("Connected again."); }
}

function once(node, key, make) {
  if (node.dataset.sign === key) return;
  node.dataset.sign = key;
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  node.replaceChildren(...make());
  if (focused) [...node.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused)?.focus();
}

function drawSwitch() {
  const list = chat.seats.map((seat) => [seat.organisation, chat.unreadOf(seat)]);
  once(at("switch"), JSON.stringify([list, chat.active]), () => chat.seats.map((seat, number) => el("button",
    { type: "button", "data-key": String(number), "aria-pressed": String(number === chat.active), onclick: () => chat.activate(number) },
    el("span", { class: "org-mark", "data-skin": seat.skin, "aria-hidden": "true" }), el("span", { class: "switch-name" }, seat.organisation), el("span", { class: "product" }, seat.product),
    list[number][1] && number !== chat.active ? el("span", { class: "badge" }, `${list[number][1]}`, el("span", { class: "hidden" }, " unread")) : null)));
}

const MOVES = [["+1 hour", "+1 h", 1], ["Next event", "Next", 0], ["+1 day", "+1 d", 24], ["+1 week", "+1 w", 168]];

function drawClock() {
  const node = at("clock"), { moves, moving } = chat.clock;
  const faces = chat.seats.map((seat) => [seat.reader.zone, clockTime(seat.reader, chat.now), weekday(seat.reader, chat.now)]);
  const [zone, , day] = faces[chat.active];
  const zones = faces.filter(([each], n) => faces.findIndex(([other]) => other === each) === n);
  node.setAttribute("aria-busy", String(moving));
  once(node, JSON.stringify([zones, zone, day, moves, moving]), () => {
    const now = el("button", { type: "button", class: "now", "data-key": "now", "aria-haspopup": "listbox", "aria-expanded": "false", title: `${shortDay(chat.seats[chat.active].reader, chat.now)}: everybody's local time` },
      icon("clock"), el("span", { class: "now-day" }, day), zones.map(([each, time]) => el("span", { class: "now-zone", "data-active": each === zone }, el("b", {}, time), el("span", { class: "now-city" }, ` ${city(each)}`))));
    now.addEventListener("click", () => popup(now, { role: "listbox", label: "Everybody's local time", choose: (item) => sitDown(item.user), items: chat.people.map((each) => ({
      user: each.user, content: [avatar(each.user, each.name), el("span", { class: "who-words" }, el("span", { class: "who-name" }, each.name),
        el("span", { class: "who-more" }, `${shortDay(each, chat.now)}, ${clockTime(each, chat.now)} ${city(each.zone)}`))] })) }));
    if (!moves) return [now];
    return [now, el("div", { class: "moves" }, MOVES.map(([long, short, hours]) => el("button",
      { type: "button", "data-key": long, "aria-label": hours ? `Move the clock ${long}` : "Move the clock to the next event", "aria-disabled": moving ? "true" : null, onclick: () => move(hours) },
      el("span", { class: "long" }, long), el("span", { class: "short" }, short))))];
  });
}

async function move(hours) {
  if (chat.clock.moving) return;
  try {
    await act({ kind: "move", hours });
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    toast(problem.message, { bad: true });
  }
}

function sitDown(user) {
  const seat = chat.seats.find((each) => each.organisation === chat.person(user).organisation);
  seat.sit(user);
  chat.activate(seat.number);
  return seat;
}

const narrow = () => matchMedia("(max-width: 1179px)").matches;
let tourOpen = !narrow() && sessionStorage.getItem("tour") !== "closed";

function openTour(open, focus = true) {
  tourOpen = open;
  sessionStorage.setItem("tour", open ? "open" : "closed");
  drawTour();
  if (focus) (open ? at("tour").querySelector("h2") : at("tour-toggle")).focus();
}

function drawTour() {
  const { steps } = chat, toggle = at("tour-toggle"), node = at("tour");
  const done = steps.filter((step) => step.done).length;
  toggle.hidden = !steps.length;
  toggle.setAttribute("aria-expanded", String(tourOpen));
  once(toggle, `${done}/${steps.length}`, () => [icon("spark"), el("span", {}, "Tour"), el("span", { class: "tour-count" }, `${done}/${steps.length}`)]);
  node.hidden = !tourOpen || !steps.length;
  const current = steps.find((step) => !step.done);
  once(node, JSON.stringify(steps), () => [
    el("header", { class: "tour-top" }, el("h2", { tabindex: "-1" }, "Two-minute tour"),
      el("button", { type: "button", class: "icon-button", "aria-label": "Close the tour", onclick: () => openTour(false) }, icon("close"))),
    el("progress", { max: steps.length, value: done, "aria-label": `${done} of ${steps.length} steps done` }),
    el("ol", {}, steps.map((step) => el("li", { "data-done": step.done, "data-current": step === current },
      el("details", { name: "step", open: step === current },
        el("summary", { "data-key": step.id }, el("span", { class: "tick", "aria-hidden": "true" }, step.done ? icon("check") : null), el("span", {}, step.title), step.done ? el("span", { class: "hidden" }, " (done)") : null),
        el("div", { class: "step" }, el("p", {}, step.hint), tryIt(step)))))),
    current ? null : el("p", { class: "tour-end" }, "That was the tour. Everything else is one / away."),
  ].filter(Boolean));
}

function tryIt(step) {
  const person = chat.person(step.actor);
  if (!person) return null;
  return el("button", { type: "button", class: "act", "data-style": "primary", "data-key": `try-${step.id}`, onclick: () => {
    if (narrow()) openTour(false, false);
    const seat = sitDown(step.actor);
    const room = chat.rooms.find((each) => each.channel === step.room && each.members.includes(step.actor));
    seat.show(room ? room.key : person.direct);
    seat.composer?.fill(step.prefill);
    seat.composer?.focus();
  } }, avatar(person.user, person.name), `Try it as ${person.name.split(" ")[0]}`);
}

at("tour-toggle").addEventListener("click", () => openTour(!tourOpen));
addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || document.querySelector("dialog[open]")) return;
  const seat = chat.seats.find((each) => each.thread && each.node.contains(document.activeElement));
  if (seat) seat.leaveThread();
  else if (tourOpen && narrow()) openTour(false);
});

chat.stop = listen([], (news) => chat.hear(news), connected);
