"use strict";

// Keeps an open page up to date. Without it everything works as well, by reloading.
// The server answers /live when something has changed; then the page is fetched again, and the
// regions marked data-fresh are changed where they differ. What is marked data-kept is left alone.

const BY_ITSELF = { headers: { "X-By-Itself": "1" }, cache: "no-store" };
const LONGEST_PAUSE = 15; // seconds
const { live, page, signIn } = document.body.dataset;
let version = document.body.dataset.version;

const pause = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

async function ask(url) {
  const answer = await fetch(url, BY_ITSELF);
  if (answer.status === 401) {
    location.assign(`${signIn}?next=${encodeURIComponent(page)}`);
    return new Promise(() => {}); // this page is over
  }
  if (!answer.ok) throw new Error(`${answer.status}`);
  return answer;
}

async function follow() {
  let failures = 0;
  for (;;) {
    try {
      const answer = await (await ask(`${live}?since=${version}`)).json();
      await refresh(answer.version);
      failures = 0;
      await pause(answer.again_in);
    } catch {
      failures += 1;
      await pause(Math.min(2 ** failures / 2, LONGEST_PAUSE));
    }
    document.getElementById("offline").hidden = failures < 2;
  }
}

async function refresh(reached) {
  const fresh = new DOMParser().parseFromString(await (await ask(page)).text(), "text/html");
  // Where the page itself is newer than what /live said, the next answer would only repeat it.
  version = Math.max(Number(reached), Number(fresh.body.dataset.version));
  if (leaving) return;
  document.title = fresh.title;
  const focused = document.activeElement;
  for (const region of document.querySelectorAll("[data-fresh]")) {
    const now = fresh.getElementById(region.id);
    if (now) change(region, now);
  }
  if (focused.isConnected && focused !== document.activeElement) {
    focused.focus({ preventScroll: true }); // it was moved to another place
  }
}

// Make `old` like `now` with the fewest changes: what stays the same keeps its focus, its
// selection and its place.
function change(old, now) {
  if (old.isEqualNode(now) || (old.hasAttribute("data-kept") && now.hasAttribute("data-kept"))) {
    return;
  }
  changeAttributes(old, now);
  const named = new Map([...old.children].filter((e) => e.id).map((e) => [e.id, e]));
  const staying = new Set([...now.children].map((e) => e.id));
  for (const [id, element] of named) {
    if (!staying.has(id)) element.remove();
  }
  let place = old.firstChild;
  for (const child of [...now.childNodes]) {
    place = dropUnlike(place, child);
    const same = child.id ? named.get(child.id) : place && !place.id ? place : null;
    if (!same) {
      old.insertBefore(document.importNode(child, true), place);
      continue;
    }
    if (same === place) place = place.nextSibling;
    else old.insertBefore(same, place);
    if (same.nodeType === Node.ELEMENT_NODE) change(same, child);
    else if (same.data !== child.data) same.data = child.data;
  }
  while (place) place = dropped(place);
}

function changeAttributes(old, now) {
  for (const { name } of [...old.attributes]) {
    if (!now.hasAttribute(name)) old.removeAttribute(name);
  }
  for (const { name, value } of now.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

// The next place, from `place` on, that has an id or is of the same kind as `child`.
function dropUnlike(place, child) {
  while (place && !place.id && (child.id || place.nodeName !== child.nodeName)) {
    place = dropped(place);
  }
  return place;
}

function dropped(node) {
  const next = node.nextSibling;
  node.remove();
  return next;
}

// How many SMS a reply takes, counted by the server, which also sends it.
async function count(body) {
  const form = new FormData(body.form);
  const answer = await fetch(body.dataset.count, { method: "POST", body: form });
  if (!answer.ok || answer.redirected) return;
  document.getElementById("segments").textContent = (await answer.json()).words;
}

let counting;
document.addEventListener("input", ({ target }) => {
  if (target.id !== "body") return;
  clearTimeout(counting);
  counting = setTimeout(() => count(target).catch(() => {}), 200);
});

document.addEventListener("keydown", ({ target, key, ctrlKey, metaKey }) => {
  if (target.id === "body" && key === "Enter" && (ctrlKey || metaKey)) target.form.requestSubmit();
});

// One click, one text: until the next page is here nothing is sent or changed any more.
let leaving = false;
document.addEventListener("submit", (event) => {
  if (leaving) event.preventDefault();
  leaving = true;
});
window.addEventListener("pageshow", () => { leaving = false; });

follow();
