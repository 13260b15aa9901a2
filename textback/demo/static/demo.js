// Keeps the phone's screen fresh, without touching what is being typed.
"use strict";
const screen_ = document.getElementById("screen");

async function look() {
  try {
    const answer = await fetch(screen_.dataset.source);
    const html = await answer.text();
    if (answer.ok && html !== screen_.dataset.shown) {
      screen_.dataset.shown = html;
      screen_.innerHTML = html;
      screen_.querySelector("ol").scrollTop = 1e9;
    }
  } catch {
    // The demo is being restarted; the next look finds it again.
  }
  setTimeout(look, 400);
}
look();
