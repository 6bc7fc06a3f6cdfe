// A figure as a file of its own: SVG, PNG, or its numbers as CSV.
const PAINT = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-linecap", "opacity", "font-size", "font-family", "font-weight", "text-anchor"];

// A copy of the drawing that needs no style sheet, on the page's background.
function portable(chart) {
  const copy = chart.svg.cloneNode(true);
  const [from, to] = [chart.svg, copy].map((svg) => [...svg.querySelectorAll("*")]);
  to.forEach((node, i) => {
    const style = getComputedStyle(from[i]);
    for (const name of PAINT) node.setAttribute(name, style.getPropertyValue(name));
    node.removeAttribute("class");
  });
  copy.querySelectorAll(".mark").forEach((node) => node.remove());
  const { width, height } = chart.svg.viewBox.baseVal;
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height })) copy.setAttribute(name, value);
  const paper = getComputedStyle(chart.box).getPropertyValue("background-color");
  copy.prepend(element("rect", { width, height, fill: paper }));
  return new XMLSerializer().serializeToString(copy);
}

function cell(value) {
  if (typeof value === "number") return Number.isFinite(value) ? String(Number(value.toPrecision(10))) : "";
  // A leading = + - @ would be run as a formula by a spreadsheet.
  const text = /^[=+\-@\t]/.test(value) ? `'${value}` : value;
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

// Long form: one row a point, one table for all layers.
function rows(chart) {
  const lines = [["layer", "name", named(chart.spec.x), named(chart.spec.y), "upper"]];
  for (const layer of chart.layers) {
    const columns = layer.x.length;
    layer.y.forEach((value, i) => {
      const name = layer.kind === "heat" ? layer.names[Math.floor(i / columns)] : layer.names[i];
      lines.push([layer.label, name ?? "", layer.x[i % columns], value, layer.high ? layer.high[i] : NaN]);
    });
  }
  return lines.map((line) => line.map(cell).join(",")).join("\n") + "\n";
}

function download(chart, suffix, content) {
  const family = chart.spec.family ? `_${page.planets[chart.planet].replace(/[^\w-]/g, "_")}` : "";
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = `${chart.spec.key}${family}.${suffix}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

const save = {
  svg: (chart) => download(chart, "svg", new Blob([portable(chart)], { type: "image/svg+xml" })),
  csv: (chart) => download(chart, "csv", new Blob([rows(chart)], { type: "text/csv" })),
  async png(chart) {
    const { width, height } = chart.svg.viewBox.baseVal, fine = 2;
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(portable(chart))}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: fine * width, height: fine * height });
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((content) => download(chart, "png", content));
  },
};
