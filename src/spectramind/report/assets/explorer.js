// The planet explorer, and when figures are drawn: as they come into view.
const charts = [...document.querySelectorAll("[data-figure]")].map((box) => new Chart(box));
const chartOf = new Map(charts.map((chart) => [chart.box, chart]));
const ofPlanet = charts.filter((chart) => chart.spec.family);
const chooser = {
  search: document.getElementById("search"),
  order: document.getElementById("order"),
  list: document.getElementById("planets"),
  count: document.getElementById("count"),
};
let chosen = 0;

const sight = new IntersectionObserver(
  (seen) => seen.filter((entry) => entry.isIntersecting).forEach((entry) => {
    const chart = chartOf.get(entry.target);
    if (!chart.wanted || chart.planet !== chosen) chart.show(chosen);
    if (!chart.spec.family) sight.unobserve(entry.target);
    chart.near = true;
  }),
  { rootMargin: "400px" },
);
charts.forEach((chart) => sight.observe(chart.box));

const resized = new ResizeObserver((entries) => entries.forEach((entry) => chartOf.get(entry.target.closest("[data-figure]")).draw()));
charts.forEach((chart) => resized.observe(chart.plot));

function matching() {
  const words = chooser.search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const show = document.querySelector("input[name=show]:checked").value;
  const found = page.planets.map((_, i) => i).filter((i) => {
    const text = `${page.planets[i]} ${page.notes[i]} ${page.kinds[i]}`.toLowerCase();
    return (show === "all" || page.kinds[i] === show) && words.every((word) => text.includes(word));
  });
  const key = page.orders[chooser.order.value];
  return key ? found.sort((a, b) => key[a] - key[b]) : found;
}

function list() {
  const found = matching();
  chooser.list.replaceChildren(...found.map((i) => new Option(`${page.planets[i]}${page.kinds[i] === "ok" ? "" : ` \u2013 ${page.kinds[i]}`}`, i, false, i === chosen)));
  chooser.count.textContent = found.length === page.planets.length ? `${found.length} planets` : `${found.length} of ${page.planets.length} planets`;
  return found;
}

function facts(planet) {
  const pairs = page.facts.filter(({ values }) => values[planet] !== "").map(({ name, values }) => {
    const pair = document.createElement("div");
    const [term, value] = ["dt", "dd"].map((tag) => document.createElement(tag));
    term.textContent = name;
    value.textContent = values[planet];
    pair.append(term, value);
    return pair;
  });
  document.getElementById("facts").replaceChildren(...pairs);
}

function choose(planet) {
  if (!page.planets.length || planet === undefined) return;
  chosen = planet;
  for (const option of chooser.list.options) option.selected = Number(option.value) === planet;
  document.getElementById("chosen").textContent = `Planet ${page.planets[planet]}`;
  const state = document.getElementById("state");
  state.textContent = page.kinds[planet] === "ok" ? "" : page.kinds[planet];
  state.className = `tag ${page.kinds[planet]}`;
  document.getElementById("why").textContent = page.notes[planet];
  facts(planet);
  ofPlanet.forEach((chart) => chart.near && chart.show(planet));
}

function openPlanet(planet) {
  choose(planet);
  document.getElementById("explorer").scrollIntoView({ behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
  chooser.list.focus({ preventScroll: true });
}

function stride(steps) {
  const order = [...chooser.list.options].map((option) => Number(option.value));
  const place = order.indexOf(chosen);
  choose(order[Math.max(0, Math.min(order.length - 1, (place < 0 ? 0 : place + steps)))]);
}

chooser.search.addEventListener("input", () => {
  const found = list();
  if (found.length && !found.includes(chosen)) choose(found[0]);
});
chooser.search.addEventListener("keydown", (event) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  event.preventDefault();
  stride(event.key === "ArrowDown" ? 1 : -1);
});
document.getElementById("finder").addEventListener("submit", (event) => event.preventDefault());
chooser.order.addEventListener("change", list);
document.querySelectorAll("input[name=show]").forEach((input) => input.addEventListener("change", () => {
  const found = list();
  if (found.length && !found.includes(chosen)) choose(found[0]);
}));
chooser.list.addEventListener("change", () => choose(Number(chooser.list.value)));
document.getElementById("before").addEventListener("click", () => stride(-1));
document.getElementById("after").addEventListener("click", () => stride(1));
document.getElementById("theme").addEventListener("change", (event) => {
  document.documentElement.dataset.theme = event.target.value;
});

async function drawAll() {
  await Promise.all(charts.map((chart) => chart.show(chosen)));
}
// Paper shows what nobody scrolled to. Printing does not wait for arrays, so that they are unpacked
// ahead, one figure after the other once the first ones stand.
addEventListener("beforeprint", drawAll);
const idle = () => new Promise((done) => (window.requestIdleCallback ?? setTimeout)(done));

async function unpackAhead() {
  for (const chart of charts) {
    await idle();
    await chart.load();
  }
}

document.getElementById("old").hidden = "DecompressionStream" in window;
if (page.planets.length) {
  list();
  choose(page.first);
}
document.documentElement.dataset.ready = "true";
setTimeout(unpackAhead, 1500);
