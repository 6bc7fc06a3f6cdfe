// One function for each kind of layer: from values to SVG. Colours come from the style by class.
const SVG = "http://www.w3.org/2000/svg";

function element(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

const round = (value) => Math.round(value * 10) / 10;

// Runs of drawable points on one side of a cut, as lists of indices.
function runs(x, layer) {
  const found = [];
  let run = [], side = null;
  layer.x.forEach((value, i) => {
    const drawable = Number.isFinite(value) && Number.isFinite(layer.y[i]);
    if (run.length && (!drawable || x.side(value) !== side)) {
      found.push(run);
      run = [];
    }
    if (drawable) run.push(i);
    side = x.side(value);
  });
  if (run.length) found.push(run);
  return found;
}

const dot = (cx, cy, r) => element("circle", { cx: round(cx), cy: round(cy), r });

const draw = {
  line(layer, x, y) {
    return runs(x, layer).map((run) => {
      const points = run.map((i) => [x.at(layer.x[i]), y.at(layer.y[i])]);
      if (points.length === 1) return dot(...points[0], 3.5);
      return element("path", { class: "stroke", d: "M" + points.map((p) => p.map(round).join(" ")).join("L") });
    });
  },
  band(layer, x, y) {
    return runs(x, layer).map((run) => {
      const [above, below] = [layer.high, layer.y].map((edge) => run.map((i) => [x.at(layer.x[i]), y.at(edge[i])]));
      if (run.length === 1) {
        const [[column, top]] = above;
        return element("rect", { x: round(column - 4), width: 8, y: round(top), height: Math.max(0, round(below[0][1] - top)) });
      }
      const outline = [...above, ...below.reverse()].map((p) => p.map(round).join(" "));
      return element("path", { d: `M${outline.join("L")}z` });
    });
  },
  points(layer, x, y) {
    const radius = layer.x.length > 400 ? 2.2 : layer.x.length > 150 ? 1.8 : 3;
    const drawn = [];
    layer.x.forEach((value, i) => {
      if (Number.isFinite(value) && Number.isFinite(layer.y[i])) drawn.push(dot(x.at(value), y.at(layer.y[i]), radius));
    });
    return drawn;
  },
  bars(layer, x, y) {
    const width = layer.x.length > 1 ? Math.abs(x.at(layer.x[1]) - x.at(layer.x[0])) : 30;
    const foot = y.at(Math.max(0, y.low));
    return [...layer.x].map((value, i) => {
      const top = y.at(layer.y[i]);
      return element("rect", {
        x: round(x.at(value) - 0.45 * width), width: round(0.9 * width),
        y: round(Math.min(top, foot)), height: round(Math.abs(foot - top)),
      });
    });
  },
  heat(layer, x, y, plot) {
    const columns = layer.x.length, rows = layer.y.length / columns;
    const canvas = document.createElement("canvas");
    canvas.width = columns;
    canvas.height = rows;
    const context = canvas.getContext("2d"), image = context.createImageData(columns, rows);
    layer.y.forEach((value, i) => {
      const place = 4 * i, share = Math.min(1, Math.abs(value) / layer.limit);
      const colour = value < 0 ? [43, 108, 196] : [206, 92, 20];
      image.data.set([...colour, Number.isFinite(value) ? 255 * share : 0], place);
    });
    context.putImageData(image, 0, 0);
    return [element("image", {
      href: canvas.toDataURL(), x: x.start, width: x.end - x.start, y: y.end, height: y.start - y.end,
      preserveAspectRatio: "none", style: "image-rendering: pixelated",
    })];
  },
  rug(layer, x, y) {
    const drawn = [];
    layer.x.forEach((value, i) => {
      if (layer.y[i] > 0)
        drawn.push(element("path", { class: "stroke", d: `M${round(x.at(value))} ${y.end}v10`, opacity: Math.min(1, 0.25 + layer.y[i]) }));
    });
    return drawn;
  },
  profile(layer, x, y) {
    const height = 0.3 * (y.start - y.end);
    const points = runs(x, layer).flatMap((run) => run.map((i) => `${round(x.at(layer.x[i]))} ${round(y.start - height * layer.y[i])}`));
    return [element("path", { class: "stroke", d: `M${points.join("L")}` })];
  },
  arcs(layer, x, y) {
    return [...layer.x].map((from, i) => {
      const [a, b] = [x.at(from), x.at(layer.y[i])].sort((p, q) => p - q);
      const rise = Math.min(y.start - y.end, (b - a) / 2);
      return element("path", {
        class: "stroke", opacity: Math.max(0.08, layer.high[i]),
        d: `M${round(a)} ${y.start}A${round((b - a) / 2)} ${round(rise)} 0 0 1 ${round(b)} ${y.start}`,
      });
    });
  },
  names(layer, x, y) {
    return layer.names.map((name, i) => {
      const column = x.at(layer.x[i]), left = column > x.start + 0.75 * (x.end - x.start);
      const text = element("text", { x: round(column + (left ? -6 : 6)), y: round(y.at(layer.y[i]) + 4), "text-anchor": left ? "end" : "start" });
      text.textContent = name;
      return text;
    });
  },
};
