// Runs in the browser, as part of every page.
(() => {
  "use strict";

  /** Draws one figure in the place of its image. */
  const draw = async (place) => {
    const { data, layout } = JSON.parse(place.querySelector("script").textContent);
    const image = place.querySelector("img");
    const chart = document.createElement("div");
    chart.className = "chart";
    place.append(chart);
    const font = { family: "system-ui, sans-serif", ...layout.font };
    await Plotly.newPlot(chart, data, { ...layout, font, autosize: true }, {
      responsive: true,
      displaylogo: false,
      // Nothing on these pages sends anything anywhere.
      showSendToCloud: false,
      plotlyServerURL: "",
      modeBarButtonsToRemove: ["select2d", "lasso2d"],
      toImageButtonOptions: { scale: 2 },
    });
    if (image) image.remove();
  };

  // A page has dozens of figures: each is drawn when it is about to be seen.
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      watcher.unobserve(entry.target);
      draw(entry.target).catch((error) => console.error(error));
    }
  }, { rootMargin: "600px" });
  for (const place of document.querySelectorAll("[data-figure]")) watcher.observe(place);

  const toggle = document.querySelector("[data-toggle-code]");
  if (toggle) {
    toggle.hidden = false;
    toggle.addEventListener("click", () => {
      const cells = [...document.querySelectorAll("details.source")];
      const open = !cells.some((cell) => cell.open);
      for (const cell of cells) cell.open = open;
      toggle.textContent = open ? "Hide code" : "Show code";
    });
  }
})();
