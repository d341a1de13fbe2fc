// A window of one organisation: who sits at it, where they look, what they see there.
import { avatar, el, icon, popup } from "./dom.js";
import { city, clockTime, dayKey, dayName, fullTime, plain, sentence } from "./words.js";
import { card } from "./card.js";
import { composer } from "./composer.js";
import { openForm, toast } from "./dialog.js";
import { holding } from "./fields.js";
import { Refusal, act } from "./wire.js";

const BOT = "Bellwether";
const PRODUCTS = { slack: "Slack", teams: "Teams" };

export class Seat {
  constructor(organisation, number, chat) {
    Object.assign(this, { organisation, number, chat, where: "", thread: "", rows: new Map(), drafts: new Map() });
    this.who = this.people()[0].user;
    this.skin = chat.skins[organisation];
    this.product = PRODUCTS[this.skin];
    this.face = el("button", { type: "button", class: "who", "aria-haspopup": "listbox", "aria-expanded": "false", onclick: () => this.choosePerson() });
    this.places = el("nav", { class: "places", "aria-label": `${organisation}: conversations` });
    this.strip = el("div", { class: "strip" });
    this.log = el("div", { class: "log", role: "log", tabindex: "0", "aria-live": "polite" });
    this.more = el("button", { type: "button", class: "more", hidden: true, onclick: () => this.toEnd(true) }, icon("down"), "New messages");
    this.foot = el("div", { class: "foot" });
    this.node = el("section", { class: "seat", "data-skin": this.skin, "aria-label": `${organisation}, in ${this.product}` },
      el("header", { class: "seat-top" }, el("h2", {}, el("span", { class: "org-mark", "aria-hidden": "true" }), el("span", { class: "org-name" }, organisation), el("span", { class: "product" }, this.product)), this.face),
      this.places, this.strip, el("div", { class: "stage" }, this.log, this.more), this.foot);
    this.log.addEventListener("scroll", () => { if (this.atEnd()) this.more.hidden = true; });
    this.where = this.rooms()[0]?.key ?? this.reader.direct;
  }

  get reader() { return this.chat.person(this.who); }
  people() { return this.chat.people.filter((each) => each.organisation === this.organisation); }
  rooms() { return this.chat.rooms.filter((room) => room.members.includes(this.who)); }
  room() { return this.chat.rooms.find((room) => room.key === this.where); }
  get home() { return this.where === this.reader.home; }
  get inTeams() { return this.skin === "teams"; }
  get direct() { return this.where === this.reader.direct; }

  /** Let somebody else sit here. */
  sit(user) {
    if (user === this.who) return;
    const was = this.direct ? "direct" : this.home ? "home" : "";
    this.who = user;
    if (was) this.where = this.reader[was];
    else if (!this.rooms().some((room) => room.key === this.where)) this.where = this.rooms()[0]?.key ?? this.reader.direct;
    this.thread = "";
    this.clear();
    this.chat.reseat();
    if (this.home) this.look();
  }

  /** Look at another conversation, or into a thread of it. */
  show(where, thread = "") {
    if (where === this.where && thread === this.thread) return;
    Object.assign(this, { where, thread });
    this.clear();
    this.chat.draw();
    if (this.home) this.look();
  }

  clear() {
    this.rows.clear();
    this.log.replaceChildren();
    this.log.scrollTop = 0;
    this.started = false;
    this.footKey = null;
  }

  draw() {
    this.node.toggleAttribute("data-active", this.chat.active === this.number);
    this.node.dataset.place = this.home ? "home" : this.thread ? "thread" : this.direct ? "direct" : "room";
    this.log.toggleAttribute("data-top", this.home || Boolean(this.thread));
    this.drawLog();
    this.drawFace();
    this.drawPlaces();
    this.drawStrip();
    this.drawFoot();
  }

  drawFace() {
    const { name, role, zone, user } = this.reader;
    const key = [user, clockTime(this.reader, this.chat.now), this.chat.unreadElsewhere(this)].join();
    if (key === this.faceKey) return;
    this.faceKey = key;
    const others = this.chat.unreadElsewhere(this);
    this.face.setAttribute("aria-label", `Acting as ${name}, ${role}. Choose somebody else${others ? `; ${others} unread messages for others` : ""}`);
    this.face.replaceChildren(avatar(user, name),
      el("span", { class: "who-words" }, el("span", { class: "who-name" }, name), el("span", { class: "who-more" }, `${role} · ${city(zone)} ${clockTime(this.reader, this.chat.now)}`)),
      ...(others ? [el("span", { class: "dot" })] : []), icon("down"));
  }

  choosePerson() {
    const items = this.people().map((each) => {
      const unread = this.chat.unreadLetters(each.user);
      return { user: each.user, selected: each.user === this.who, content: [avatar(each.user, each.name),
        el("span", { class: "who-words" }, el("span", { class: "who-name" }, each.name), el("span", { class: "who-more" }, `${each.role} · ${city(each.zone)} ${clockTime(each, this.chat.now)}`)),
        unread ? el("span", { class: "badge" }, `${unread}`, el("span", { class: "hidden" }, " unread")) : null] };
    });
    popup(this.face, { role: "listbox", label: `Act as somebody of ${this.organisation}`, items, choose: (item) => this.sit(item.user) });
  }

  drawPlaces() {
    const list = [...this.rooms().map((room) => [room.key, this.inTeams ? "talk" : "hash", room.name, this.chat.unread(this.who, room.key)]),
      [this.reader.direct, "bell", BOT, this.chat.unreadLetters(this.who)], [this.reader.home, "list", "My items", 0]];
    const key = JSON.stringify([list, this.where]);
    if (key === this.placesKey) return;
    const focused = this.places.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    this.placesKey = key;
    this.places.replaceChildren(...list.map(([where, sign, name, unread]) => el("button",
      { type: "button", class: "place", "data-key": where, "aria-current": where === this.where ? "page" : null, onclick: () => this.show(where) },
      sign === "bell" ? avatar("", BOT) : icon(sign), el("span", {}, name), unread ? el("span", { class: "badge" }, `${unread}`, el("span", { class: "hidden" }, " unread")) : null)));
    if (focused) [...this.places.children].find((each) => each.dataset.key === focused)?.focus();
    this.places.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  drawStrip() {
    const room = this.room();
    const key = [this.where, this.thread, room?.bot].join();
    if (key === this.stripKey) return;
    this.stripKey = key;
    const parts = [];
    if (this.thread) {
      parts.push(el("button", { type: "button", class: "icon-button", "aria-label": `Back to ${room?.name ?? BOT}`, onclick: () => this.leaveThread() }, icon("back")), el("h3", {}, "Thread"),
        el("span", { class: "muted" }, room ? this.called(room) : BOT));
    } else if (room && !room.bot) {
      parts.push(el("p", {}, `${BOT} is not in this room.`), el("button", { type: "button", class: "act", "data-style": "primary", onclick: () => this.send({ kind: "invite", where: room.key }).catch(grumble) }, `Invite ${BOT}`));
    } else {
      const [name, about] = room ? [this.called(room), `${room.members.length} people and ${BOT}`] : this.home ? ["My items", "What waits for you"] : [BOT, "You and the bot alone"];
      parts.push(el("h3", {}, name), el("span", { class: "muted" }, about));
    }
    this.strip.toggleAttribute("data-plain", !this.thread && (!room || room.bot));
    this.strip.replaceChildren(...parts);
  }

  called(room) { return this.inTeams ? room.name : `#${room.name}`; }

  leaveThread() {
    const parent = this.thread;
    this.show(this.where);
    this.rows.get(parent)?.node.querySelector(".thread-link")?.focus();
  }

  posts() {
    const here = this.chat.posts.filter((post) => post.where === this.where && (!post.to || post.to === this.who));
    if (this.thread) return here.filter((post) => post.id === this.thread || post.thread === this.thread);
    return this.direct ? here : here.filter((post) => !post.thread);
  }

  drawLog() {
    const name = this.room()?.name ?? (this.home ? "My items" : BOT);
    this.log.setAttribute("aria-label", this.home ? "My items" : `Messages in ${name}${this.thread ? ", thread" : ""}`);
    if (this.home) return this.drawHome();
    const reader = this.reader, posts = this.posts(), follow = !this.started || this.atEnd();
    const wanted = [];
    let day = "", before = null;
    for (const post of posts) {
      const at = new Date(post.at), key = dayKey(reader, at);
      if (key !== day) {
        wanted.push([`day-${key}`, `${dayName(reader, at, this.chat.now)}|${this.who}`, () => el("div", { class: "day", role: "separator" }, el("span", {}, dayName(reader, at, this.chat.now)))]);
        before = null;
      }
      day = key;
      const close = before && before.author === post.author && before.to === post.to && !post.asked.length && !("notice" in before) && at - new Date(before.at) < 3e5;
      const replies = this.thread ? [] : this.chat.posts.filter((each) => each.thread === post.id && (!each.to || each.to === this.who));
      const gone = post.card?.body.some((block) => block.kind === "inset" && this.chat.sent.has(block.form.key)) ?? false;
      wanted.push([post.id, [post.version, this.who, close, this.thread, replies.length, gone].join("|"), () => this.post(post, close, replies)]);
      before = post;
    }
    if (!posts.length && this.chat.loaded) wanted.push(["empty", this.where + this.who, () => this.empty()]);
    this.log.setAttribute("aria-busy", String(!this.started));
    const added = this.settle(wanted);
    this.log.setAttribute("aria-busy", "false");
    if (this.chat.loaded) this.chat.read(this);
    if (follow) this.toEnd();
    else if (added) this.more.hidden = false;
    this.started ||= this.chat.loaded;
  }

  /** Make the rows of the log those wanted, touching only what differs. Gives whether a row is new. */
  settle(wanted) {
    const keys = new Set(wanted.map(([key]) => key));
    for (const [key, row] of this.rows) if (!keys.has(key)) { row.node.remove(); this.rows.delete(key); }
    let added = false, last = null;
    for (const [key, sign, make] of wanted) {
      let row = this.rows.get(key);
      if (!row || row.sign !== sign) {
        const node = make();
        if (row) {
          const focused = row.node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
          row.node.replaceWith(node);
          if (focused) ([...node.querySelectorAll("[data-key]")].find((each) => each.dataset.key === focused) ?? this.log).focus();
        } else {
          added = true;
          if (this.started) node.classList.add("new");
        }
        row = { node, sign };
        this.rows.set(key, row);
      }
      const next = last ? last.nextSibling : this.log.firstChild;
      if (next !== row.node) this.log.insertBefore(row.node, next);
      last = row.node;
    }
    return added;
  }

  post(post, close, replies) {
    const reader = this.reader, at = new Date(post.at), author = post.author ? this.chat.person(post.author) : null;
    if ("notice" in post) return el("p", { class: "notice" }, post.notice);
    const name = author?.name ?? BOT, mine = !this.direct && post.to;
    const time = el("time", { datetime: post.at, title: fullTime(reader, at) }, clockTime(reader, at));
    const node = el("article", { class: "post", "data-close": Boolean(close), "data-private": Boolean(mine), "data-own": post.author === this.who, "aria-label": `${name}, ${clockTime(reader, at)}` });
    if (mine) node.append(el("p", { class: "private-note" }, icon("eye"), "Only visible to you"));
    if (post.asked.length) node.append(el("p", { class: "asked" }, "You typed ", el("q", {}, sentence(post.asked, reader))));
    const body = el("div", { class: "post-body" });
    body.append(el("p", { class: "byline" }, el("span", { class: "name" }, name), author ? null : el("span", { class: "tag" }, "app"),
      author && author.organisation !== this.organisation ? el("span", { class: "muted" }, author.organisation) : null, time,
      post.edited && !post.card ? el("span", { class: "muted" }, "edited") : null));
    if (post.card) {
      const drawn = card(post.card, reader, this.acts(post));
      if (this.started && post.card.tone === "joy" && !this.rows.has(post.id)) drawn.append(el("div", { class: "burst", "aria-hidden": "true" }, Array.from({ length: 14 }, () => el("i"))));
      body.append(drawn);
    } else body.append(el("p", { class: "said" }, sentence(post.words, reader)));
    if (!this.thread && !this.direct && !post.to) body.append(this.threadLink(post, name, replies));
    node.append(el("div", { class: "post-row" }, avatar(post.author, name), body));
    return node;
  }

  threadLink(post, name, replies) {
    const open = () => { this.show(this.where, post.id); this.composer?.focus(); };
    if (!replies.length) return el("button", { type: "button", class: "thread-link quiet", "data-key": "thread", "aria-label": `Reply to ${name} in a thread`, onclick: open }, icon("reply"), "Reply");
    const faces = [...new Set(replies.map((each) => each.author))].slice(0, 3);
    return el("button", { type: "button", class: "thread-link", "data-key": "thread", onclick: open },
      el("span", { class: "faces" }, faces.map((user) => avatar(user, user ? this.chat.person(user).name : BOT))),
      replies.length === 1 ? "1 reply" : `${replies.length} replies`);
  }

  empty() {
    const room = this.room(), picture = el("img", { src: "/page/bell.svg", alt: "", width: "44", height: "44" });
    if (room) return el("div", { class: "empty" }, picture, el("h3", {}, `This is ${this.called(room)}`), el("p", {}, room.bot ? "Nothing has been said yet. Type / to see what Bellwether can do." : "Nothing has been said yet."));
    return el("div", { class: "empty" }, picture, el("h3", {}, `You and ${BOT}`), el("p", {}, "What it tells you alone comes here. Write a command as plain words, for example ", el("code", {}, "help"), "."));
  }

  drawHome() {
    const drawn = this.chat.homes[this.who];
    const sign = JSON.stringify([drawn ?? null, this.who]);
    this.settle([["home", sign, () => drawn
      ? el("article", { class: "home" }, card(drawn, this.reader, this.acts({ where: this.where, id: "" })))
      : el("div", { class: "empty" }, el("img", { src: "/page/bell.svg", alt: "", width: "44", height: "44" }), el("h3", {}, "Nothing waits for you"), el("p", {}, "What is yours to answer or to do is listed here."))]]);
    this.more.hidden = true;
  }

  look() { act({ kind: "open", who: this.who }).catch(grumble); }

  drawFoot() {
    const key = this.home ? "" : [this.who, this.where, this.thread].join();
    if (key === this.footKey) return;
    this.footKey = key;
    if (this.composer) this.drafts.set(this.draftKey, this.composer.draft());
    this.draftKey = key;
    if (this.home) { this.composer = null; this.foot.replaceChildren(); return; }
    const room = this.room();
    const { who, where, thread, inTeams } = this;
    const start = inTeams && room && this.toBot(thread) ? `@${BOT} ` : "";
    const placeholder = thread ? (inTeams ? `Reply; ${BOT} hears what mentions it` : "Reply…") : !room ? `Tell ${BOT}, for example: help` : inTeams ? "Start a post, or / for commands" : `Message #${room.name}, or / for commands`;
    this.composer = composer({
      label: `${this.thread ? "Reply" : `Message ${room ? this.called(room) : BOT}`} as ${this.reader.name}`, placeholder, start,
      world: () => ({ commands: this.chat.commands, people: this.chat.people, reader: this.reader }),
      send: async (words) => {
        this.toEnd();
        try { await this.send({ kind: "say", where, thread, words }, who); return true; } catch (problem) { return grumble(problem); }
      },
    });
    this.foot.replaceChildren(this.composer.node);
    this.composer.restore(this.drafts.get(key) ?? { value: start, picks: [] });
  }

  /** Whether a reply in that thread is one to the bot; in Teams it reaches the bot only with a mention. */
  toBot(thread) { return Boolean(this.chat.known.get(thread)?.card); }

  acts(post) {
    return {
      inline: this.inTeams,
      sent: (form) => this.chat.sent.has(form.key),
      press: (action, value, held) => this.press(post, action, value, held),
      fill: (form, values) => this.fill(post, form, values),
    };
  }

  /** Send a form that was filled in on its card; gives what is wrong with it, by field, if anything is. */
  async fill(post, form, values) {
    try {
      const answer = await this.sender(form, post.where, this.who, post.thread ?? "")(values);
      if (answer.kind === "form") openForm(answer.form, this.reader, this.skin, answer.send);
      return answer.kind === "errors" ? answer.fields : null;
    } catch (problem) { grumble(problem); }
  }

  async press(post, action, value, held = {}) {
    try {
      const answer = await this.send({ kind: "press", where: post.where, message: post.id, action, value }, this.who, post.thread ?? "", held);
      if (answer.kind === "message" && this.home && answer.post?.card) toast(plain(answer.post.card.title, this.reader), { action: ["Show", () => this.show(this.reader.direct)] });
    } catch (problem) { grumble(problem); }
  }

  /** Do something as who sits here, and show the answer. */
  async send(what, who = this.who, thread = what.thread ?? "", held = {}) {
    const answer = await act({ ...what, who });
    if (answer.kind === "form") openForm(holding(answer.form, held), this.chat.person(who), this.skin, this.sender(answer.form, what.where, who, thread, what.value));
    if (answer.kind === "message" && answer.post) this.chat.take(answer.post);
    return answer;
  }

  /** How a form goes to the server; `opening` is the value of the button that opened it, so that a form on a card counts as sent too. */
  sender(form, where, who, thread, opening) {
    return async (values) => {
      const answer = await act({ kind: "submit", who, where, thread, form: form.name, context: form.context, key: form.key, values });
      if (answer.kind !== "errors") for (const key of [form.key, opening]) if (key) this.chat.sent.add(key);
      if (answer.kind === "form") answer.send = this.sender(answer.form, where, who, thread);
      if (answer.kind === "message" && answer.post) this.chat.take(answer.post);
      else this.chat.draw();
      return answer;
    };
  }

  atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60; }
  toEnd(smooth = false) {
    this.log.scrollTo({ top: this.log.scrollHeight, behavior: smooth ? "smooth" : "instant" });
    this.more.hidden = true;
  }
}

/** Say why it did not go; gives false. */
function grumble(problem) {
  if (!(problem instanceof Refusal)) throw problem;
  toast(problem.message, { bad: true });
  return false;
}
