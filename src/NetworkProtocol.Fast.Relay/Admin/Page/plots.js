"use strict";

// Line plots in SVG: series of numbers, one for each sample, over the time of the samples.
const Plots = (() => {
  const space = "http://www.w3.org/2000/svg";
  const height = 150;
  const left = 62;
  const right = 8;
  const top = 14;
  const bottom = 18;

  function make(parent, name, attributes, text) {
    const element = document.createElementNS(space, name);
    for (const [key, value] of Object.entries(attributes)) {
      element.setAttribute(key, value);
    }
    if (text !== undefined) {
      element.textContent = text;
    }
    parent.append(element);
    return element;
  }

  // The next of 1, 2 and 5 times a power of ten, counted in units of 1024 where the unit is binary.
  function roundUp(value, isBinary) {
    if (!(value > 0)) {
      return 1;
    }
    const unit = isBinary ? 1024 ** Math.max(0, Math.floor(Math.log2(value) / 10)) : 1;
    const power = 10 ** Math.floor(Math.log10(value / unit));
    return [1, 2, 5, 10].map(step => step * power).find(bound => bound >= value / unit * 0.9999) * unit;
  }

  // series: [{ name, values }]; a value may be null where nothing is known.
  function draw(svg, times, series, format, isBinary) {
    const width = Math.max(300, svg.clientWidth);
    svg.replaceChildren();
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("role", "img");
    const all = series.flatMap(s => s.values).filter(v => v !== null && Number.isFinite(v));
    const most = roundUp(Math.max(0, ...all), isBinary);
    const y = value => top + (height - top - bottom) * (1 - value / most);
    const last = times.length > 0 ? times[times.length - 1] : 0;
    const span = 300000;
    const x = time => left + (width - left - right) * Math.max(0, 1 - (last - time) / span);
    for (const share of [0, 0.5, 1]) {
      make(svg, "line", { x1: left, x2: width - right, y1: y(most * share), y2: y(most * share), class: "grid" });
      make(svg, "text", { x: left - 6, y: y(most * share) + 4, "text-anchor": "end" }, format(most * share));
    }
    for (const minutes of [5, 4, 3, 2, 1, 0]) {
      make(svg, "text", { x: x(last - minutes * 60000), y: height - 4, "text-anchor": minutes === 0 ? "end" : "start" },
        minutes === 0 ? "now" : `-${minutes} min`);
    }
    series.forEach((one, index) => {
      let path = "";
      let pen = "M";
      one.values.forEach((value, i) => {
        if (value === null || !Number.isFinite(value)) {
          pen = "M";
          return;
        }
        path += `${pen}${x(times[i]).toFixed(1)} ${y(value).toFixed(1)}`;
        pen = "L";
      });
      make(svg, "path", { d: path, class: `line s${index}` });
      make(svg, "text", { x: left + 6 + index * 90, y: top - 3, class: `s${index}` }, one.name);
    });
  }

  return { draw };
})();
