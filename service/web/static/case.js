// The keys of a case's page press what says that it has them. The forms do the rest.
"use strict";

(() => {
  const card = document.querySelector("article.card");
  if (!card) return;
  const typing = (target) => target.closest("textarea, select, dialog");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches("textarea")) { card.focus(); return; }
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return;
    const name = event.key === "G" ? "Shift+g" : event.key;
    const named = [...document.querySelectorAll("[aria-keyshortcuts]")].find((one) => one.getAttribute("aria-keyshortcuts") === name);
    const all = card.querySelector(".scores-of");
    if (named) named.click();
    else if (name === "e" && all) all.open = !all.open;
    else if (name === "n") { card.querySelector(".more").open = true; card.querySelector("textarea").focus(); }
    else return;
    event.preventDefault();
  });
  document.documentElement.classList.add("scripted");
})();
