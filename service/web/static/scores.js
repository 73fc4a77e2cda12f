// Dragging over the dots chooses the range that the two sliders say.
"use strict";

(() => {
  const plot = document.getElementById("dots"), chosen = document.getElementById("chosen");
  const least = document.getElementById("least"), most = document.getElementById("most");
  const bounds = document.getElementById("bounds");
  if (!plot) return;
  const format = new Intl.NumberFormat(document.documentElement.lang, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  let from = null;

  function show() {
    const low = Math.min(least.value, most.value), high = Math.max(least.value, most.value);
    chosen.setAttribute("x", low * 1000);
    chosen.setAttribute("width", (high - low) * 1000);
    bounds.textContent = `${format.format(low)} – ${format.format(high)}`;
  }
  function at(event) {
    const box = plot.getBoundingClientRect();
    const score = ((event.clientX - box.left) / box.width * 1020 - 10) / 1000;
    return Math.round(Math.min(1, Math.max(0, score)) * 100) / 100;
  }
  plot.addEventListener("pointerdown", (event) => { from = at(event); plot.setPointerCapture(event.pointerId); });
  plot.addEventListener("pointermove", (event) => {
    if (from === null) return;
    const to = at(event);
    least.value = Math.min(from, to);
    most.value = Math.max(from, to);
    show();
  });
  plot.addEventListener("pointerup", () => { from = null; });
  for (const slider of [least, most]) slider.addEventListener("input", show);
  document.getElementById("range").addEventListener("submit", () => {
    const [low, high] = [least.value, most.value].map(Number).sort((a, b) => a - b);
    least.value = low; most.value = high;
  });
})();
