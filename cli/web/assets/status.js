"use strict";

// Keeps an open page up to date. The server sends markup in which every text was escaped already; the browser parses it for
// XMLHttpRequest without running anything in it, and here it is taken over node by node, so that focus and place stay.

(() => {
  const idleMilliseconds = 5000;
  const readingMilliseconds = 500;
  const patienceMilliseconds = 10000;
  /** More than two turns of the server have passed a pair by. */
  const oldSeconds = 150;

  const main = document.querySelector("main[data-now]");
  const dialog = document.getElementById("window");
  const content = dialog?.querySelector("#content");
  const announcement = document.getElementById("announcement");
  const silence = document.getElementById("silence");

  let revision = null;
  let turns = 0;
  let timer = 0;
  let lastHeard = Date.now();
  /** How far the server's clock is from this one. */
  let ahead = 0;
  /** The link whose rows are shown. */
  let opener = null;
  let wasAsked = false;

  function ask(method, path, { body = null, known = null } = {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open(method, path);
      request.responseType = "document";
      request.timeout = patienceMilliseconds;
      if (known) request.setRequestHeader("if-none-match", known);
      request.onload = () => (request.status < 400 ? resolve(request) : reject(new Error(`It answers ${request.status}.`)));
      request.onerror = () => reject(new Error("It does not answer."));
      request.ontimeout = request.onerror;
      request.send(body);
    });
  }

  /** The page that was sent; null when it is as it was. Somebody logged out, or an update of the server, starts the page anew. */
  function pageOf(request) {
    if (request.status === 304) return null;
    const page = request.response;
    if (page === null) throw new Error("It sends no page.");
    const isOther = page.documentElement.dataset.version !== document.documentElement.dataset.version;
    if (isOther || page.querySelector("form.login")) location.reload();
    return page;
  }

  /** Asks for what is new, or takes what is already being asked for; again and again. */
  async function update(asked) {
    const turn = ++turns;
    clearTimeout(timer);
    try {
      const request = await (asked ?? ask("GET", location.pathname, { known: revision }));
      const page = pageOf(request);
      if (turn !== turns) return;
      const fresh = page?.querySelector("main[data-now]");
      if (fresh) {
        revision = request.getResponseHeader("etag");
        await show(page, fresh);
      }
      hear();
    } catch {
      if (turn === turns) missAnswer();
    }
    if (turn === turns) timer = setTimeout(update, pause());
  }

  /** While something is being read there is soon something new to see. */
  function pause() {
    return silence.hidden && Number(main.dataset.reading) > 0 ? readingMilliseconds : idleMilliseconds;
  }

  async function show(page, fresh) {
    const before = levels();
    ahead = Number(fresh.dataset.now) - Date.now();
    document.title = page.title;
    document.querySelector("link[rel=icon]").href = page.querySelector("link[rel=icon]").getAttribute("href");
    takeOver(main, fresh);
    count();
    announce(before);
    if (opener) await showRows(ask("GET", opener.pathname));
  }

  async function showRows(asked) {
    const shown = opener;
    const fresh = pageOf(await asked)?.getElementById("content");
    if (!fresh || shown !== opener) return;
    takeOver(content, fresh);
    count();
  }

  /** Makes one element like a fresh one. What has an id is the same wherever it has moved to. */
  function takeOver(old, fresh) {
    const focused = document.activeElement?.id;
    follow(old, fresh);
    if (focused && document.activeElement?.id !== focused) document.getElementById(focused)?.focus({ preventScroll: true });
  }

  function follow(old, fresh) {
    if (old.nodeType === Node.TEXT_NODE) {
      if (old.data !== fresh.data) old.data = fresh.data;
      return;
    }
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    let next = old.firstChild;
    for (const child of fresh.childNodes) {
      const same = (child.id && document.getElementById(child.id)) || next;
      if (same && same.nodeName === child.nodeName && (same.id ?? "") === (child.id ?? "")) {
        if (same === next) next = next.nextSibling;
        else old.insertBefore(same, next);
        follow(same, child);
      } else {
        old.insertBefore(document.importNode(child, true), next);
      }
    }
    while (next) {
      const gone = next;
      next = next.nextSibling;
      gone.remove();
    }
  }

  function levels() {
    return new Map(
      [...main.querySelectorAll(".pair")].map((pair) => [pair.id, pair.dataset]).map(([id, { level, label }]) => [id, { level, label }]),
    );
  }

  /** Tells those who do not see the page what has changed on it. */
  function announce(before) {
    const changed = [...main.querySelectorAll(".pair")].filter(({ id, dataset: { level, label } }) => {
      const known = before.get(id);
      return known && known.level !== "waiting" && (known.level !== level || known.label !== label);
    });
    const lines = changed.slice(0, 3).map((pair) => `${pair.querySelector("h3").textContent}: ${pair.dataset.label}.`);
    if (changed.length > lines.length) lines.push(`${changed.length - lines.length} more have changed.`);
    const isRead = wasAsked && Number(main.dataset.reading) === 0;
    if (isRead) lines.unshift(`Refreshed. ${document.getElementById("verdict")?.textContent ?? ""}`);
    if (isRead) wasAsked = false;
    if (lines.length > 0) announcement.textContent = lines.join(" ");
  }

  function hear() {
    lastHeard = Date.now();
    silence.hidden = true;
  }

  function missAnswer() {
    if (!silence.hidden) return;
    silence.hidden = false;
    silence.textContent = `No answer from the server of this page since ${timeOf(lastHeard)}. What you see is old.`;
  }

  /** Brings every age and every time on the page up to date. */
  function count() {
    for (const time of document.querySelectorAll("time.age")) {
      const seconds = (Date.now() + ahead - Date.parse(time.dateTime)) / 1000;
      setText(time, ageOf(seconds));
      time.toggleAttribute("data-old", seconds > oldSeconds);
    }
    for (const time of document.querySelectorAll("time.moment")) setText(time, timeOf(Date.parse(time.dateTime)));
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function ageOf(seconds) {
    if (seconds < 5) return "just now";
    if (seconds < 60) return `${Math.floor(seconds / 5) * 5} s ago`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} h ago` : `${Math.floor(seconds / 86400)} days ago`;
  }

  /** In the viewer's own time, with the day where it is another one. */
  function timeOf(milliseconds) {
    const moment = new Date(milliseconds);
    const isToday = moment.toDateString() === new Date(Date.now() + ahead).toDateString();
    return isToday ? moment.toLocaleTimeString() : moment.toLocaleString();
  }

  /** Shows what is known of a pair's rows, and has it read again. */
  function open(link) {
    opener = link;
    const name = document.createElement("h2");
    name.id = "window-name";
    name.textContent = link.textContent;
    content.replaceChildren(name);
    // Behind an open dialog nobody would see the one, nor hear the other.
    dialog.append(silence, announcement);
    dialog.showModal();
    refresh(new URLSearchParams({ pair: link.pathname.split("/").at(-1) }));
  }

  function isBeside({ clientX: x, clientY: y }, { left, right, top, bottom }) {
    return x < left || x > right || y < top || y > bottom;
  }

  async function refresh(body) {
    const asked = ask("POST", "/refresh", { body });
    if (!body.has("pair")) {
      wasAsked = true;
      return update(asked);
    }
    try {
      await (opener ? showRows(asked) : asked);
    } catch {
      missAnswer();
    }
    return update();
  }

  function start() {
    document.addEventListener("click", (event) => {
      const link = event.target.closest("a[aria-haspopup=dialog]");
      if (link && !(event.ctrlKey || event.metaKey || event.shiftKey)) {
        event.preventDefault();
        open(link);
      } else if (event.target === dialog && isBeside(event, dialog.getBoundingClientRect())) {
        dialog.close();
      }
    });
    document.addEventListener("submit", (event) => {
      if (!event.target.action.endsWith("/refresh")) return;
      event.preventDefault();
      refresh(new URLSearchParams(new FormData(event.target)));
    });
    dialog?.addEventListener("close", () => {
      const { id } = opener;
      opener = null;
      main.before(silence);
      main.after(announcement);
      document.getElementById(id)?.focus();
    });
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") update();
    });
    ahead = Number(main.dataset.now) - Date.now();
    setInterval(count, 1000);
    count();
    timer = setTimeout(update, pause());
  }

  if (main) start();
})();
