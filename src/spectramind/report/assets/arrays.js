// Arrays of the page, unpacked when a figure first asks for them: see report/packing.py.
const page = JSON.parse(document.getElementById("page").textContent);
const unpacked = new Map();

async function inflate(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

async function unpack(name) {
  const { shape, step } = page.arrays[name];
  const planes = await inflate(document.getElementById(name).textContent);
  const count = planes.length / 4;
  const columns = shape.length ? shape[shape.length - 1] : 1;
  const values = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    if (i % columns === 0) sum = 0;
    const code =
      (planes[i] | (planes[i + count] << 8) | (planes[i + 2 * count] << 16) | (planes[i + 3 * count] << 24)) >>> 0;
    if (code === 0xffffffff) values[i] = NaN;
    else {
      sum += (code >>> 1) ^ -(code & 1);
      values[i] = sum * step;
    }
  }
  return { shape, values };
}

function array(name) {
  if (!unpacked.has(name)) unpacked.set(name, unpack(name));
  return unpacked.get(name);
}

// Values of one planet where the array has a row for each, all of them where it has none.
async function valuesOf(name, planet) {
  const { shape, values } = await array(name);
  if (shape.length < 2) return values;
  return values.subarray(planet * shape[1], (planet + 1) * shape[1]);
}
