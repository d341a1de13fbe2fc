// Sentences and times, as one reader sees them: their zone, their locale, their organisation.
import { el } from "./dom.js";

const forms = new Map();
function format(reader, options) {
  const key = JSON.stringify([reader.locale, reader.zone, options]);
  if (!forms.has(key)) forms.set(key, new Intl.DateTimeFormat(reader.locale, { timeZone: reader.zone, hourCycle: "h23", ...options }));
  return forms.get(key);
}

const DAY = { weekday: "short", day: "numeric", month: "short" };
const TIME = { hour: "2-digit", minute: "2-digit" };

export const clockTime = (reader, at) => format(reader, TIME).format(at);
export const dayKey = (reader, at) => format({ ...reader, locale: "en-CA" }, { year: "numeric", month: "2-digit", day: "2-digit" }).format(at);
export const longDay = (reader, at) => format(reader, { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(at);
export const shortDay = (reader, at) => format(reader, { ...DAY, year: "numeric" }).format(at);
export const weekday = (reader, at) => format(reader, DAY).format(at);
export const fullTime = (reader, at) => `${shortDay(reader, at)}, ${clockTime(reader, at)} ${city(reader.zone)}`;
export const city = (zone) => zone.split("/").at(-1).replaceAll("_", " ");

/** "Today", "Yesterday" or the day in full. */
export function dayName(reader, at, now) {
  const key = dayKey(reader, at);
  if (key === dayKey(reader, now)) return "Today";
  if (key === dayKey(reader, new Date(now - 864e5))) return "Yesterday";
  return longDay(reader, at);
}

/** Draw a line: one node a part. */
export function sentence(parts, reader) {
  return parts.map((part) => {
    switch (part.kind) {
      case "text": return part.value;
      case "strong": return el("strong", {}, part.value);
      case "code": return el("code", {}, part.value);
      case "link": return link(part);
      case "when": return when(part, reader);
      case "person": return person(part, reader);
      default: throw new Error(`no way to draw a ${part.kind}`);
    }
  });
}

function link({ url, label }) {
  const safe = /^(https?:|mailto:|\/)/i.test(url);
  return safe ? el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, label) : label;
}

function when({ at, shape, beside }, reader) {
  const instant = new Date(at);
  const own = { moment: () => `${weekday(reader, instant)}, ${clockTime(reader, instant)}`, day: () => shortDay(reader, instant), time: () => clockTime(reader, instant) }[shape]();
  const others = beside.filter((other) => other.zone !== reader.zone).map((other) => other.words);
  return el("time", { datetime: at, title: fullTime(reader, instant) }, own, others.length ? el("span", { class: "beside" }, ` (${others.join(", ")})`) : "");
}

function person({ name, organisation, user, ping }, reader) {
  const there = organisation && organisation !== reader.organisation ? ` (${organisation})` : "";
  return el("span", { class: "person", "data-you": user && user === reader.user, "data-ping": ping && user ? true : null },
    `${user && ping ? "@" : ""}${name}`, there ? el("span", { class: "beside" }, there) : "");
}

/** The same line as plain letters, for labels. */
export const plain = (parts, reader) => sentence(parts, reader).map((node) => node.textContent ?? node).join("");
