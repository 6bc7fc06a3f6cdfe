// A figure: axes, layers, a legend that switches layers, values under the pointer and the keyboard.
const MARGIN = { top: 14, right: 14, bottom: 40, left: 62 };
const VERTICAL = new Set(["line", "points", "bars", "band"]); // kinds that stretch the vertical axis

class Chart {
  constructor(box) {
    this.box = box;
    this.spec = page.figures[box.dataset.figure];
    for (const layer of this.spec.layers) if (layer.names === "planets") layer.names = page.planets;
    this.plot = box.querySelector(".plot");
    this.readout = box.querySelector("output");
    this.hidden = new Set(this.spec.layers.filter((layer) => !layer.shown).map((layer) => layer.label));
    this.planet = 0;
    this.wanted = false;
    this.legend();
    for (const button of box.querySelectorAll("[data-save]"))
      button.addEventListener("click", () => save[button.dataset.save](this));
    this.plot.addEventListener("pointermove", (event) => this.point(event));
    this.plot.addEventListener("pointerdown", (event) => this.point(event));
    this.plot.addEventListener("pointerleave", () => this.leave());
    this.plot.addEventListener("keydown", (event) => this.step(event));
    this.plot.addEventListener("click", () => this.cursor?.planet !== undefined && openPlanet(this.cursor.planet));
  }

  legend() {
    const list = this.box.querySelector(".legend");
    for (const label of new Set(this.spec.layers.map((layer) => layer.label).filter(Boolean))) {
      const layer = this.spec.layers.find((one) => one.label === label);
      const button = document.createElement("button");
      button.type = "button";
      button.className = `key c-${layer.colour} k-${layer.kind}`;
      button.textContent = label;
      button.dataset.label = label;
      button.setAttribute("aria-pressed", String(!this.hidden.has(label)));
      button.addEventListener("click", () => {
        if (!this.hidden.delete(label)) this.hidden.add(label);
        button.setAttribute("aria-pressed", String(!this.hidden.has(label)));
        this.draw();
      });
      list.append(button);
    }
  }

  // Values of every layer for the planet chosen; layers without any value are left out.
  async load() {
    const layers = await Promise.all(
      this.spec.layers.map(async (layer) => {
        const heat = layer.kind === "heat";
        const take = (name) => name && (heat ? array(name).then((a) => a.values) : valuesOf(name, this.planet));
        const [x, y, high, spread] = await Promise.all(["x", "y", "high", "spread"].map((part) => take(layer[part])));
        if (!spread) return { ...layer, x, y, high };
        const edge = (sign) => y.map((value, i) => value + sign * layer.width * spread[i]);
        return { ...layer, x, y: edge(-1), high: edge(1) };
      }),
    );
    return layers.filter((layer) => layer.y.some(Number.isFinite));
  }

  async show(planet) {
    this.planet = planet;
    this.wanted = true;
    this.layers = await this.load();
    const some = this.layers.length > 0;
    this.box.hidden = this.spec.optional && !some;
    this.plot.hidden = this.box.querySelector(".tools").hidden = this.box.querySelector(".legend").hidden = !some;
    this.box.querySelector(".absent").hidden = some;
    this.box.querySelector(".note").textContent = this.spec.notes[planet] ?? "";
    for (const key of this.box.querySelectorAll(".key")) key.hidden = !this.layers.some((layer) => layer.label === key.dataset.label);
    if (some) this.draw();
  }

  draw() {
    if (!this.layers?.length) return;
    const width = Math.max(260, this.plot.clientWidth || 640), height = Math.max(150, this.plot.clientHeight || 280);
    const layers = this.layers.filter((layer) => !this.hidden.has(layer.label));
    const stretching = (layers.length ? layers : this.layers).filter((layer) => VERTICAL.has(layer.kind));
    const columns = this.layers.flatMap((layer) => (layer.kind === "arcs" ? [layer.x, layer.y] : [layer.x]));
    const [left, right] = this.ends(columns);
    const rows = stretching.flatMap((layer) => (layer.high ? [layer.y, layer.high] : [layer.y]));
    const heat = this.layers.find((layer) => layer.kind === "heat");
    const [low, high] = heat ? [heat.y.length / heat.x.length, 0] : extent(this.spec.y, rows);
    this.x = new Scale(this.spec.x, left, right, MARGIN.left, width - MARGIN.right);
    this.y = new Scale(heat ? {} : this.spec.y, low, high, height - MARGIN.bottom, MARGIN.top);
    const clip = `clip-${this.spec.key}`;
    const drawing = element("g", { "clip-path": `url(#${clip})` });
    for (const layer of layers)
      drawing.append(element("g", { class: `layer c-${layer.colour} k-${layer.kind}` }, ...draw[layer.kind](layer, this.x, this.y)));
    this.mark = element("g", { class: "mark" });
    this.svg = element("svg", { viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
      element("clipPath", { id: clip }, element("rect", { x: MARGIN.left - 6, y: MARGIN.top - 4, width: width - MARGIN.left - MARGIN.right + 12, height: height - MARGIN.top - MARGIN.bottom + 8 })),
      this.grid(width, height, Boolean(heat)), drawing, this.mark);
    this.plot.replaceChildren(this.svg);
    this.plot.setAttribute("aria-label", `${this.spec.title}. ${this.spec.caption} Arrow keys read the values.`);
    this.cursor = null;
    this.visible = layers;
  }

  ends(columns) {
    const { x } = this.spec;
    if (x.log || this.spec.layers.some((layer) => ["points", "bars", "names"].includes(layer.kind))) return extent(x, columns);
    const finite = columns.flatMap((values) => [...values].filter(Number.isFinite));
    const [low, high] = finite.reduce(([a, b], value) => [Math.min(a, value), Math.max(b, value)], [Infinity, -Infinity]);
    return [x.low ?? (x.cut ? low - 0.15 : low), x.high ?? high];
  }

  grid(width, height, heat) {
    const group = element("g", { class: "grid" });
    const bottom = height - MARGIN.bottom;
    const text = (content, attributes) => {
      const node = element("text", attributes);
      node.textContent = content;
      group.append(node);
    };
    const across = this.x.ticks(Math.max(2, Math.min(10, width / 90)));
    tickLabels(across).forEach((label, i) => {
      const place = round(this.x.at(across[i]));
      group.append(element("path", { d: `M${place} ${bottom}v5` }));
      text(label, { x: place, y: bottom + 17, "text-anchor": "middle" });
    });
    if (this.x.cut) {
      const edge = this.x.at(this.x.cut[0]);
      group.append(element("path", { class: "cut", d: `M${round(edge + CUT_WIDTH / 2)} ${bottom}V${MARGIN.top}` }));
      text("FGS1", { x: round((this.x.start + edge) / 2), y: bottom + 17, "text-anchor": "middle" });
    }
    const upward = heat || !this.spec.y.label ? [] : this.y.ticks(Math.max(2, height / 60));
    tickLabels(upward).forEach((label, i) => {
      const place = round(this.y.at(upward[i]));
      group.append(element("path", { d: `M${MARGIN.left} ${place}H${width - MARGIN.right}` }));
      text(label, { x: MARGIN.left - 7, y: place + 4, "text-anchor": "end" });
    });
    text(named(this.spec.x), { x: (this.x.start + this.x.end) / 2, y: height - 6, "text-anchor": "middle", class: "label" });
    const middle = (this.y.start + this.y.end) / 2;
    text(named(this.spec.y), { x: 13, y: middle, transform: `rotate(-90 13 ${middle})`, "text-anchor": "middle", class: "label" });
    return group;
  }

  point(event) {
    if (!this.svg) return;
    const frame = this.svg.getBoundingClientRect(), scale = this.svg.viewBox.baseVal.width / frame.width;
    this.read((event.clientX - frame.left) * scale, (event.clientY - frame.top) * scale, event);
  }

  // The point nearest to a place: by column for curves, by distance for points of their own.
  read(column, row, event) {
    const heat = this.visible.find((layer) => layer.kind === "heat");
    if (heat) return this.readHeat(heat, column, row, event);
    const curves = this.visible.filter((layer) => VERTICAL.has(layer.kind));
    const scattered = curves.some((layer) => layer.names.length);
    let best = null;
    for (const layer of curves)
      for (let i = 0; i < layer.x.length; i++) {
        if (!Number.isFinite(layer.y[i]) || !Number.isFinite(layer.x[i])) continue;
        const across = this.x.at(layer.x[i]) - column, upward = scattered ? this.y.at(layer.y[i]) - row : 0;
        const distance = across * across + upward * upward;
        if (!best || distance < best.distance) best = { distance, layer, i };
      }
    if (best) this.tell(best, curves, scattered, event);
    return undefined;
  }

  tell({ layer, i }, curves, scattered, event) {
    const at = layer.x[i], lines = [];
    if (scattered) {
      if (layer.names[i]) lines.push(`planet ${layer.names[i]}`);
      lines.push(`${named(this.spec.x)}: ${readable(at)}`, `${layer.label || named(this.spec.y)}: ${readable(layer.y[i])}`);
    } else {
      lines.push(`${named(this.spec.x)}: ${readable(at)}`);
      for (const one of curves) {
        const j = one.x === layer.x ? i : nearest(one.x, at);
        if (!Number.isFinite(one.y[j])) continue;
        const range = one.high ? ` to ${readable(one.high[j])}` : "";
        lines.push(`${one.label}: ${readable(one.y[j])}${range}`);
      }
    }
    this.cursor = { layer, i, planet: scattered && layer.names[i] ? page.planets.indexOf(layer.names[i]) : undefined };
    if (this.cursor.planet < 0) this.cursor.planet = undefined;
    const [px, py] = [this.x.at(at), this.y.at(layer.y[i])];
    this.mark.replaceChildren(
      element("path", { d: `M${round(px)} ${this.y.start}V${this.y.end}` }), element("circle", { cx: round(px), cy: round(py), r: 4 }));
    this.say(lines, event);
  }

  readHeat(layer, column, row, event) {
    const columns = layer.x.length, rows = layer.y.length / columns;
    const clamp = (value, most) => Math.max(0, Math.min(most - 1, Math.floor(value)));
    const i = clamp(((column - this.x.start) / (this.x.end - this.x.start)) * columns, columns);
    const j = clamp(((row - this.y.end) / (this.y.start - this.y.end)) * rows, rows);
    this.cursor = { layer, i, row: j, planet: layer.names[j] === undefined ? undefined : page.planets.indexOf(layer.names[j]) };
    if (this.cursor.planet < 0) this.cursor.planet = undefined;
    const [px, py] = [this.x.start + ((i + 0.5) / columns) * (this.x.end - this.x.start), this.y.end + ((j + 0.5) / rows) * (this.y.start - this.y.end)];
    this.mark.replaceChildren(element("circle", { cx: round(px), cy: round(py), r: 4 }));
    this.say([`${named(this.spec.y)} ${layer.names[j] ?? j}`, `${named(this.spec.x)}: ${readable(layer.x[i])}`, `${layer.label}: ${readable(layer.y[j * columns + i])}`], event);
  }

  say(lines, event) {
    this.readout.textContent = lines.join(" · ");
    if (event) tip.show(lines, event);
  }

  leave() {
    this.mark?.replaceChildren();
    tip.hide();
  }

  step(event) {
    const moves = { ArrowRight: 1, ArrowLeft: -1, PageDown: 10, PageUp: -10 };
    if (event.key === "Enter" && this.cursor?.planet !== undefined) return openPlanet(this.cursor.planet);
    if (!(event.key in moves) || !this.visible?.length) return undefined;
    event.preventDefault();
    const layer = this.cursor?.layer ?? this.visible.find((one) => VERTICAL.has(one.kind)) ?? this.visible[0];
    const i = Math.max(0, Math.min(layer.x.length - 1, (this.cursor?.i ?? -1) + moves[event.key]));
    const row = layer.kind === "heat" ? this.y.end + 1 : this.y.at(layer.y[i]);
    const column = layer.kind === "heat" ? this.x.start + ((i + 0.5) / layer.x.length) * (this.x.end - this.x.start) : this.x.at(layer.x[i]);
    return layer.names.length && layer.kind !== "heat"
      ? this.tell({ layer, i }, [layer], true)
      : this.read(column, row);
  }
}

const named = (axis) => (axis.unit ? `${axis.label} (${axis.unit})` : axis.label);

function nearest(values, wanted) {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (Math.abs(values[i] - wanted) < Math.abs(values[best] - wanted)) best = i;
  return best;
}

const tip = {
  node: document.getElementById("tip"),
  show(lines, event) {
    this.node.replaceChildren(...lines.map((line) => Object.assign(document.createElement("div"), { textContent: line })));
    this.node.hidden = false;
    const width = this.node.offsetWidth, height = this.node.offsetHeight;
    const left = event.clientX + 16 + width > innerWidth ? event.clientX - width - 12 : event.clientX + 16;
    this.node.style.left = `${Math.max(4, left)}px`;
    this.node.style.top = `${Math.max(4, Math.min(event.clientY + 14, innerHeight - height - 4))}px`;
  },
  hide() {
    this.node.hidden = true;
  },
};
