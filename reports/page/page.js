"use strict";
// What the page can do more where scripts run. Without them every part is there, and folds by itself.

const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// A link into something folded unfolds it.
function unfold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target) return;
  for (let part = target; part; part = part.parentElement) {
    part.hidden = false;
    if (part.tagName === "DETAILS") part.open = true;
  }
  target.scrollIntoView();
}
addEventListener("hashchange", unfold);
unfold();

// A box that is pointed at shows what it needs and what needs it.
for (const picture of all(".map svg")) {
  const boxes = new Map(all("a[data-box]", picture).map(box => [box.dataset.box, box]));
  const edges = all("path[data-start]", picture);
  const clear = () => {
    picture.classList.remove("pointed");
    all(".near", picture).forEach(one => one.classList.remove("near"));
  };
  const point = event => {
    const box = event.target.closest("a[data-box]");
    clear();
    if (!box) return;
    picture.classList.add("pointed");
    box.classList.add("near");
    for (const edge of edges) {
      if (edge.dataset.start !== box.dataset.box && edge.dataset.end !== box.dataset.box) continue;
      edge.classList.add("near");
      for (const end of [edge.dataset.start, edge.dataset.end]) boxes.get(end)?.classList.add("near");
    }
  };
  picture.addEventListener("pointerover", point);
  picture.addEventListener("focusin", point);
  picture.addEventListener("pointerleave", clear);
  picture.addEventListener("focusout", clear);
}

// Search, what changes alone, everything folded or unfolded.
const tools = document.querySelector(".tools");
if (tools) {
  const words = tools.querySelector("input[type=search]");
  const changes = tools.querySelector("input[type=checkbox]");
  const told = tools.querySelector("[role=status]");
  const components = all(".component");
  const apply = () => {
    const wanted = words.value.trim().toLowerCase();
    let shown = 0;
    for (const component of components) {
      let here = 0;
      for (const item of all(".resources > li", component)) {
        const fits = (!changes?.checked || "changes" in item.dataset) &&
          (!wanted || `${component.dataset.name} ${item.dataset.text}`.toLowerCase().includes(wanted));
        item.hidden = !fits;
        here += fits;
      }
      component.hidden = !here;
      if (wanted && here && here <= 30) component.open = true;
      shown += here;
    }
    told.textContent = `${shown} shown`;
  };
  let waiting;
  words.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(apply, 120); });
  changes?.addEventListener("change", apply);
  for (const button of all("button[data-open]", tools)) {
    button.addEventListener("click", () => {
      for (const component of components) component.open = button.dataset.open === "yes";
    });
  }
  tools.hidden = false;
}
