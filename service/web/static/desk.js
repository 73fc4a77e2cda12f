// Speed for the moderators' queue: keys, answers on screen before the network has them, undo.
// Every decision is a form that also works without this file.
"use strict";

(() => {
  const desk = document.getElementById("desk");
  const list = document.getElementById("cards");
  if (!desk || !list) return;

  const ACTS = {
    accept: ["accept", []], reject: ["reject", []], spam: ["reject", ["spam"]],
    toxic: ["reject", ["toxic"]], off_topic: ["reject", ["off_topic"]], other: ["reject", ["other"]],
  };
  const KEYS = { a: "accept", r: "reject", s: "spam", t: "toxic",
                 1: "spam", 2: "toxic", 3: "off_topic", 4: "other" };
  const PULSE_MS = 10000, LONGEST_WAIT_MS = 15000, REFILL_AT = 5;
  const who = desk.dataset.moderator;
  const toast = document.getElementById("toast");
  const tray = document.getElementById("tray");

  const say = (key, values = {}) =>
    desk.getAttribute(`data-say-${key}`).replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const tell = (text) => { toast.textContent = text; toast.classList.toggle("on", Boolean(text)); };

  // Outbox: what was decided and not yet told to the server. It outlives the page; ids in it make
  // sending twice harmless.
  const store = (name, area) => ({
    read: () => { try { return JSON.parse(area.getItem(name)) || []; } catch { return []; } },
    write: (items) => { try { area.setItem(name, JSON.stringify(items)); } catch { /* private mode */ } },
  });
  const outbox = store(`saring-outbox-${who}`, localStorage);
  const past = store(`saring-past-${who}`, sessionStorage);
  let queued = outbox.read(), history = past.read(), sending = false, wait = 500, reloadWhenSent = false;

  function keep() {
    outbox.write(queued);
    document.documentElement.dataset.unsent = queued.length;
  }

  function post(item) {
    queued.push(item);
    keep();
    send();
  }

  async function send() {
    if (sending || !queued.length) return;
    sending = true;
    const item = queued[0];
    let answer = null;
    try {
      answer = await fetch(item.path, {
        method: item.method, credentials: "same-origin", keepalive: true,
        headers: { "Content-Type": "application/json", "X-CSRF-Token": desk.dataset.csrf },
        body: item.body ? JSON.stringify(item.body) : undefined,
      });
    } catch { /* no network: tried again below */ }
    if (!answer || answer.status >= 500 || answer.status === 429) { sending = false; return later(); }
    wait = 500;
    if (answer.status === 401) { location.assign("/login?next=" + encodeURIComponent(location.pathname + location.search)); return; }
    if (answer.status === 403 && !item.again) { item.again = true; keep(); location.reload(); return; }
    if (answer.ok) await settled(item, await answer.json().catch(() => ({})));
    else await refused(item, answer.status);
    queued.shift();
    keep();
    reloadWhenSent ||= item.elsewhere;
    sending = false;
    if (!queued.length && reloadWhenSent) return location.reload();
    if (!queued.length && toast.dataset.retrying) { delete toast.dataset.retrying; tell(""); }
    send();
  }

  function later() {
    toast.dataset.retrying = "yes";
    tell(say("retrying", { count: queued.length }));
    setTimeout(send, wait);
    wait = Math.min(wait * 2, LONGEST_WAIT_MS);
  }

  async function settled(item, body) {
    for (const id of body.stale ?? []) await dispute(id, 409);
    if (typeof body.version !== "number") return;
    const card = byId(item.card);
    if (card) card.dataset.version = body.version;
    // What waits behind it was decided knowing of it.
    queued.filter((later) => later.card === item.card && later.body && "version" in later.body)
      .forEach((later) => { later.body.version = body.version; });
  }

  async function refused(item, status) {
    const made = item.ruling ?? item.body?.batch;
    history = history.filter((step) => !made || (step.ruling ?? step.batch) !== made);
    past.write(history);
    for (const id of item.cards ?? [item.card]) await dispute(id, status);
  }

  // Somebody was faster, the comment is gone, or the server will not have it: said on the card.
  async function dispute(id, status) {
    const card = byId(id), now = id ? await asked(id) : {};
    const said = status === 404 || now.status === 404 ? say("not-found") : status !== 409 ? say("error")
      : now.verdict ? say("stale", { verdict: say(`verdict-${now.verdict}`) }) : say("conflict");
    if (!card) return tell(said);
    reopen(card);
    card.classList.add("conflict");
    if ("version" in now) card.dataset.version = now.version;
    let notice = card.querySelector(".conflict-notice");
    if (!notice) {
      notice = document.createElement("p");
      notice.className = "notice bad conflict-notice";
      notice.setAttribute("role", "alert");
      card.prepend(notice);
    }
    notice.textContent = said;
  }

  // A case as it is now; without a network nothing is known of it.
  async function asked(id) {
    try {
      return await (await fetch(`/v1/queue/${id}`, { credentials: "same-origin" })).json();
    } catch { return {}; }
  }

  // Cards
  const byId = (id) => id ? document.getElementById(`card-${id}`) : null;
  const cards = () => [...list.querySelectorAll("article.card")];
  const open = () => cards().filter((card) => !card.classList.contains("decided"));
  const current = () => {
    const card = document.activeElement && document.activeElement.closest("article.card");
    return card || list.querySelector("article.card.current:not(.decided)") || null;
  };

  function go(card, still = false) {
    list.querySelectorAll(".current").forEach((other) => other.classList.remove("current"));
    if (!card) return;
    card.classList.add("current");
    card.focus({ preventScroll: true });
    const box = card.getBoundingClientRect(), top = 8;
    if (!still && (box.top < top || box.bottom > innerHeight)) {
      scrollBy({ top: box.height > innerHeight || box.top < top ? box.top - top : box.bottom - innerHeight + top, behavior: "instant" });
    }
    pulse();
  }

  function step(by) {
    const all = open();
    if (!all.length) return;
    const here = current();
    if (!here) return go(all[0]);
    if (here.classList.contains("decided")) return go(nextAfter(here) || all[0]);
    const place = all.indexOf(here) + by;
    if (place >= 0 && place < all.length) go(all[place]);
  }

  function nextAfter(card) {
    const all = cards();
    const after = all.slice(all.indexOf(card) + 1).find((other) => !other.classList.contains("decided"));
    return after || open().at(-1) || null;
  }

  function close(card, word, verdict) {
    const next = nextAfter(card);
    card.classList.remove("current", "conflict");
    card.classList.add("decided", verdict);
    card.querySelector(".pick")?.removeAttribute("data-picked");
    const pick = card.querySelector(".pick");
    if (pick) pick.checked = false;
    card.querySelector(".conflict-notice")?.remove();
    let strip = card.querySelector(".strip");
    if (!strip) {
      strip = document.createElement("p");
      strip.className = "strip";
      card.append(strip);
    }
    strip.textContent = word;
    return next;
  }

  function reopen(card) {
    card.classList.remove("decided", "accept", "reject");
    card.querySelector(".strip")?.remove();
  }

  function after(next, word) {
    tell(say("saved", { what: word }));
    count();
    if (next && !next.classList.contains("decided")) go(next);
    else if (!open().length) tell(say("page-done") + " " + say("saved", { what: word }));
    refill();
  }

  const remember = (step) => { history.push(step); history = history.slice(-500); past.write(history); };
  const wordOf = (act, verdict) => ({ off_topic: say("label-off-topic"), other: say("label-other"), spam: say("spam"), toxic: say("toxic") })[act] || say(`verdict-${verdict}`);

  // Whether the machine's view of a spot check was shown; elsewhere the server knows by itself.
  const saw = (card) => (card.dataset.saw === "1" ? true : undefined);

  // What a spot check keeps back comes from its own page: until then it is not in this one.
  async function reveal(card) {
    const link = card.querySelector(".reveal");
    if (!link || link.dataset.asked) return;
    link.dataset.asked = "yes";
    try {
      const answer = await fetch(link.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of [".why", ".content"]) {
        const told = page.querySelector(`article.card ${part}`);
        if (told) card.querySelector(part).replaceChildren(...document.adoptNode(told).childNodes);
      }
      card.dataset.saw = "1";
    } catch { delete link.dataset.asked; }
  }

  function decide(card, act) {
    if (!card || card.classList.contains("decided")) return;
    const [verdict, labels] = ACTS[act], id = card.dataset.id, ruling = crypto.randomUUID();
    const note = card.querySelector("textarea[name=note]")?.value.trim() || "";
    const word = wordOf(act, verdict);
    const next = close(card, word, verdict);
    remember({ kind: "ruling", card: id, ruling });
    post({ method: "POST", path: `/v1/queue/${id}/ruling`, card: id, ruling,
           body: { verdict, labels, note, version: Number(card.dataset.version), ruling_id: ruling, saw_score: saw(card) } });
    after(next, word);
  }

  function decideWave(card, verdict) {
    const wave = card && card.dataset.wave;
    if (!wave || card.classList.contains("decided")) return;
    const batch = crypto.randomUUID(), id = card.dataset.id;
    const word = `${say(`verdict-${verdict}`)} × ${card.dataset.unruled}`;
    const next = close(card, word, verdict);
    remember({ kind: "batch", cards: [id], batch, wave });
    post({ method: "POST", path: "/v1/rulings", card: id, body: { verdict, wave_id: wave, batch } });
    after(next, word);
  }

  function decideMany(act) {
    const chosen = picked();
    if (!chosen.length) return;
    const [verdict, labels] = ACTS[act], batch = crypto.randomUUID();
    const word = `${wordOf(act, verdict)} × ${chosen.length}`;
    const rulings = chosen.map((card) => ({ id: card.dataset.id, version: Number(card.dataset.version), saw_score: saw(card) }));
    let next = null;
    chosen.forEach((card) => { next = close(card, wordOf(act, verdict), verdict); });
    remember({ kind: "batch", cards: chosen.map((card) => card.dataset.id), batch, wave: "" });
    post({ method: "POST", path: "/v1/rulings", cards: rulings.map((one) => one.id), body: { verdict, labels, rulings, batch } });
    showTray();
    after(next, word);
  }

  function setStanding(card, standing) {
    if (!card || !card.dataset.handle || card.dataset.standing === standing) return;
    const id = card.dataset.id, before = card.dataset.standing;
    sameAuthor(card.dataset.handle, standing);
    remember({ kind: "standing", card: id, before, handle: card.dataset.handle });
    post({ method: "POST", path: `/v1/queue/${id}/standing`, card: id, body: { standing } });
    tell(say("saved", { what: say("blocked") }));
  }

  function sameAuthor(handle, standing) {
    cards().filter((card) => card.dataset.handle === handle).forEach((card) => {
      card.dataset.standing = standing;
      card.classList.toggle("by-blocked", standing === "blocked");
    });
  }

  function undo() {
    const step = history.pop();
    past.write(history);
    if (!step) return tell(say("nothing-to-undo"));
    const cards = step.cards ?? [step.card], shown = cards.map(byId).filter(Boolean);
    const elsewhere = !shown.length; // the card lies on another page: it is shown where it belongs
    if (step.kind === "ruling") {
      post({ method: "DELETE", path: `/v1/queue/${step.card}/ruling?ruling_id=${step.ruling}`, card: step.card, ruling: step.ruling, elsewhere });
    } else if (step.kind === "batch") {
      const wave = step.wave ? `?wave_id=${step.wave}` : "";
      post({ method: "DELETE", path: `/v1/rulings/${step.batch}${wave}`, cards, elsewhere });
      shown.forEach(freshen);
    } else {
      sameAuthor(step.handle, step.before);
      post({ method: "POST", path: `/v1/queue/${step.card}/standing`, card: step.card, body: { standing: step.before }, elsewhere });
    }
    if (step.kind !== "standing") shown.forEach(reopen);
    tell(say("undone"));
    count();
    if (shown[0]) go(shown[0]);
  }

  // A stroke's answer names no versions: they are asked for once it is taken back.
  async function freshen(card) {
    while (queued.length) await new Promise((done) => setTimeout(done, 100));
    const now = await asked(card.dataset.id); // unknown: a stale version is answered as a conflict
    if ("version" in now) card.dataset.version = now.version;
  }

  // Selection
  const picked = () => open().filter((card) => card.querySelector(".pick")?.checked);
  let lastPicked = null;

  function pick(card, range) {
    if (!card) return;
    const box = card.querySelector(".pick");
    if (!box) return;
    if (range && lastPicked && document.contains(lastPicked)) {
      const all = open(), [from, to] = [all.indexOf(lastPicked), all.indexOf(card)].sort((a, b) => a - b);
      all.slice(Math.max(from, 0), to + 1).forEach((other) => { other.querySelector(".pick").checked = true; });
    } else box.checked = !box.checked;
    lastPicked = card;
    showTray();
  }

  function showTray() {
    const count = picked().length;
    tray.hidden = !count;
    if (count) document.getElementById("picked").textContent = say("selected", { count });
    cards().forEach((card) => card.classList.toggle("picked", Boolean(card.querySelector(".pick")?.checked)));
  }

  // What others do: counts, arrivals, claims. Nothing that is on screen moves.
  async function pulse() {
    if (document.hidden) return;
    const shown = cards().map((card) => card.dataset.id), mine = current()?.dataset.id || null;
    try {
      const answer = await fetch("/queue/pulse", {
        method: "POST", credentials: "same-origin",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": desk.dataset.csrf },
        body: JSON.stringify({ seen: list.dataset.newest, cards: shown, mine }),
      });
      if (answer.ok) heard(await answer.json());
    } catch { /* the outbox tells when the network is away */ }
  }

  function heard(told) {
    if (!queued.length) {
      for (const [tab, number] of Object.entries(told.counts)) {
        const place = document.querySelector(`[data-count="${tab}"]`);
        if (place) place.textContent = format(number, place.dataset.most);
      }
    }
    const notice = document.getElementById("arrived"), waits = list.dataset.newest ? told.arrived : told.counts.held;
    notice.hidden = !waits;
    notice.firstElementChild.textContent = say("arrived", { count: format(waits) });
    cards().forEach((card) => {
      const place = card.querySelector(".claim"), name = told.claims[card.dataset.id];
      place.hidden = !name;
      place.textContent = name ? say("looked-at-by", { name }) : "";
      card.classList.toggle("claimed", Boolean(name));
    });
  }

  const format = (number, most = desk.dataset.counted) => new Intl.NumberFormat(document.documentElement.lang).format(number) + (number >= Number(most) ? "+" : "");

  function count() {
    const place = document.querySelector('.tabs [aria-current] .count');
    if (place && !place.textContent.endsWith("+")) place.textContent = format(Math.max(0, shownFrom - (cards().length - open().length)));
  }
  const shownFrom = Number(document.querySelector('.tabs [aria-current] .count')?.textContent.replace(/\D/g, "") || 0);

  // The next cards are there before the last one is decided.
  let refilling = false;
  async function refill() {
    const next = document.getElementById("next");
    if (!next || refilling || open().length > REFILL_AT) return;
    refilling = true;
    try {
      let link = next, had = 0;
      do { // filters look through a bounded number of comments at a time: on until a card is found
        const answer = await fetch(link.href, { credentials: "same-origin" });
        if (!answer.ok) break;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        had = open().length; // while it was fetched, the last card may have been decided
        page.querySelectorAll("#cards > article.card").forEach((card) => { if (!byId(card.dataset.id)) list.append(document.adoptNode(card)); });
        const further = page.getElementById("next");
        if (further) link.href = further.href; else link.remove();
        link = further ? link : null;
      } while (link && !open().length);
      const nothing = list.querySelector(".empty");
      if (open().length) nothing?.remove();
      else if (nothing && !link) nothing.textContent = say("empty-filtered");
      if (!had && open().length) go(open()[0]);
    } catch { /* tried again with the next decision */ }
    refilling = false;
  }

  // Keys and clicks
  const typing = (target) => target.closest("textarea, select, dialog") || (target.matches("input") && target.type !== "checkbox");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("textarea")) { event.target.closest("article")?.focus(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const card = current(), key = event.key;
    const act = KEYS[key];
    if (act) picked().length ? decideMany(act) : decide(card, act);
    else if (key === "j") step(1);
    else if (key === "k") step(-1);
    else if (key === "g") decideWave(card, "reject");
    else if (key === "G") decideWave(card, "accept");
    else if (key === "x" || key === "X") pick(card, event.shiftKey);
    else if (key === "b") setStanding(card, "blocked");
    else if (key === "z") undo();
    else if (key === "n" && card) { card.querySelector(".more").open = true; card.querySelector("textarea").focus(); }
    else if (key === "e" && card && card.querySelector(".reveal")) reveal(card);
    else if (key === "e" && card) { const more = card.querySelector(".scores-of"); more.open = !more.open; }
    else if (key === "?") document.getElementById("help").showModal();
    else return;
    event.preventDefault();
  });

  document.addEventListener("submit", (event) => {
    const card = event.target.closest("article.card"), button = event.submitter;
    if (!card || !button) return;
    event.preventDefault();
    if (event.target.matches(".ruling")) decide(card, button.value);
    else if (event.target.matches(".whole-wave")) decideWave(card, button.value);
    else if (event.target.matches(".standing")) { setStanding(card, button.value); button.blur(); }
  });

  list.addEventListener("click", (event) => {
    const link = event.target.closest(".reveal");
    if (link) { event.preventDefault(); reveal(link.closest("article.card")); return; }
    if (!event.target.matches(".pick")) return;
    const card = event.target.closest("article.card");
    if (event.shiftKey && lastPicked) { event.target.checked = false; pick(card, true); } else { lastPicked = card; showTray(); }
  });
  list.addEventListener("focusin", (event) => {
    const card = event.target.closest("article.card");
    if (!card || card.classList.contains("current")) return;
    list.querySelectorAll(".current").forEach((other) => other.classList.remove("current"));
    card.classList.add("current");
  });
  tray.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.bulk) decideMany(button.dataset.bulk);
    else { picked().forEach((card) => { card.querySelector(".pick").checked = false; }); showTray(); }
  });
  const helps = document.getElementById("show-help");
  helps.hidden = false;
  helps.addEventListener("click", () => document.getElementById("help").showModal());
  document.getElementById("order")?.addEventListener("change", (event) => event.target.form.requestSubmit());
  addEventListener("online", () => { wait = 500; send(); });
  document.addEventListener("visibilitychange", pulse);

  document.documentElement.classList.add("scripted");
  setInterval(pulse, PULSE_MS);
  keep();
  send();
  if (!cards().length) refill();
  if (open()[0] && document.activeElement === document.body) go(open()[0], true);
})();
