// A slider and the number beside it say the same; what the rules would do is told as they change.
"use strict";

(() => {
  const form = document.getElementById("rules-form"), told = document.getElementById("told");
  if (!form) return;
  const comma = document.documentElement.lang === "id";
  let waiting = null, asked = 0;

  for (const slider of form.querySelectorAll("input[type=range][data-for]")) {
    const typed = document.getElementById(slider.dataset.for);
    const fine = Number(slider.max) >= 100 ? 2 : 10; // a drag stops at halves or tenths, not at 31.2784
    slider.addEventListener("input", () => {
      const value = String(Math.round(slider.value * fine) / fine);
      typed.value = comma ? value.replace(".", ",") : value;
    });
    typed.addEventListener("input", () => { slider.value = typed.value.replace(",", "."); });
  }

  async function ask() {
    const mine = ++asked;
    told.textContent = told.dataset.wait;
    try {
      const answer = await fetch("/settings/preview", {
        method: "POST", credentials: "same-origin", body: new URLSearchParams(new FormData(form)),
      });
      if (mine !== asked) return;
      const page = answer.ok ? await answer.json() : null;
      told.textContent = page ? page.told : new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".notice")?.textContent || "";
    } catch { if (mine === asked) told.textContent = ""; }
  }

  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 500); });
})();
