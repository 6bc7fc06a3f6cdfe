// Axes: from values to pixels and back, ticks, and numbers as text.
const CUT_WIDTH = 18; // pixels between the two sides of a cut axis
const CUT_SHARE = 0.07; // of the axis for the side of FGS1

class Scale {
  constructor(axis, low, high, start, end) {
    Object.assign(this, { axis, low, high, start, end });
    this.log = axis.log && low > 0;
    this.cut = axis.cut && low < axis.cut[0] && high > axis.cut[1] ? axis.cut : null;
  }
  at(value) {
    if (this.cut) {
      const [left, right] = this.cut;
      const edge = this.start + CUT_SHARE * (this.end - this.start);
      if (value <= left) return this.start + ((value - this.low) / (left - this.low)) * (edge - this.start);
      const from = edge + CUT_WIDTH;
      return from + ((value - right) / (this.high - right)) * (this.end - from);
    }
    const share = this.log
      ? Math.log(Math.max(value, this.low) / this.low) / Math.log(this.high / this.low)
      : (value - this.low) / (this.high - this.low);
    return this.start + share * (this.end - this.start);
  }
  side(value) {
    return this.cut && value <= this.cut[0] ? 0 : 1;
  }
  ticks(count) {
    if (this.log) return logTicks(this.low, this.high);
    if (this.cut) return roundTicks(this.cut[1], this.high, count);
    return roundTicks(this.low, this.high, count);
  }
}

function roundTicks(low, high, count) {
  const least = (0.7 * (high - low)) / count;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= least * (1 - 1e-12));
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i <= Math.floor(high / step + 1e-9); i++) ticks.push(i * step);
  return ticks;
}

function logTicks(low, high) {
  const factors = high / low < 300 ? [1, 2, 5] : [1];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); power++)
    for (const factor of factors) ticks.push(factor * 10 ** power);
  return ticks.filter((tick) => tick >= low && tick <= high);
}

function tickLabels(ticks) {
  return ticks.map((tick, i) => {
    const step = Math.abs(ticks[i ? i : 1] - ticks[i ? i - 1 : 0]) || Math.abs(tick) || 1;
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return grouped(tick, Math.min(decimals, 8));
  });
}

function grouped(value, decimals) {
  const [whole, rest] = Math.abs(value).toFixed(decimals).split(".");
  const sign = value < 0 && Number(Math.abs(value).toFixed(decimals)) ? "\u2212" : "";
  return sign + whole.replace(/\B(?=(\d{3})+(?!\d))/g, "\u2009") + (rest ? `.${rest}` : "");
}

// A value as a reader wants it: four digits that count.
function readable(value) {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value) ? Math.floor(Math.log10(Math.abs(value))) : 0;
  if (size < -5) return value.toExponential(2);
  return grouped(value, Math.max(0, Math.min(6, 3 - size)));
}

// Ends of an axis: what is fixed, else the finite values with a margin.
function extent(axis, parts) {
  let low = Infinity, high = -Infinity;
  for (const values of parts)
    for (const value of values)
      if (Number.isFinite(value) && (!axis.log || value > 0)) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
  if (low > high) [low, high] = axis.log ? [1, 10] : [0, 1];
  if (axis.log) [low, high] = [low / 1.25, high * 1.25];
  else {
    const margin = 0.05 * (high - low) || 0.05 * Math.abs(high) || 0.5;
    [low, high] = [low - margin, high + margin];
  }
  return [axis.low ?? low, axis.high ?? high];
}
