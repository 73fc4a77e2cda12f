// A slider and the number beside it say the same.
"use strict";

for (const slider of document.querySelectorAll("input[type=range][data-for]")) {
  const typed = document.getElementById(slider.dataset.for);
  const comma = document.documentElement.lang === "id";
  slider.addEventListener("input", () => { typed.value = comma ? slider.value.replace(".", ",") : slider.value; });
  typed.addEventListener("input", () => { slider.value = typed.value.replace(",", "."); });
}
