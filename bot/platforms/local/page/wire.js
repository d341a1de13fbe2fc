// To and from the server. One rule: the same act keeps the same id however often it is sent.

export class Refusal extends Error {}

/** Send what a person does; a lost answer is asked for again, twice. Raises Refusal with words to show. */
export async function act(what) {
  const body = JSON.stringify(what.kind === "move" ? what : { id: crypto.randomUUID(), ...what });
  for (let tries = 0; ; tries++) {
    let response;
    try {
      response = await fetch("/act", { method: "POST", headers: { "Content-Type": "application/json" }, body });
    } catch {
      if (tries === 2 || what.kind === "move") throw new Refusal("The server cannot be reached. What you wrote is kept.");
      await new Promise((done) => setTimeout(done, 600 * 2 ** tries));
      continue;
    }
    const answer = await response.json().catch(() => ({ error: "The server's answer could not be read." }));
    if (response.ok) return answer;
    throw new Refusal(answer.error);
  }
}

/** Listen as these people: `hear` gets each piece of news, `state` true and false as the connection comes and goes. */
export function listen(people, hear, state) {
  let source, timer;
  const open = () => {
    source = new EventSource(`/live?${people.map((user) => `as=${encodeURIComponent(user)}`).join("&")}`);
    source.onopen = () => state(true);
    source.onmessage = (event) => hear(JSON.parse(event.data));
    source.onerror = () => {
      state(false);
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, 1500);
    };
  };
  open();
  return () => { clearTimeout(timer); source.close(); };
}
