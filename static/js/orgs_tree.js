/* The tree of units by keyboard and in place: roles of a tree, children fetched when first opened.
   Without this script every arrow is a link to the page with that unit opened. */
(function () {
  "use strict";
  const tree = document.querySelector("[data-tree]");
  if (!tree) return;
  tree.setAttribute("role", "tree");

  function dress(list) {
    list.querySelectorAll("li").forEach(function (line) {
      line.setAttribute("role", "none");
      if (!line.dataset.unit) return;
      const item = line.querySelector(":scope > .tree-row");
      item.setAttribute("role", "treeitem");
      item.tabIndex = -1;
      item.querySelectorAll("a").forEach(function (link) { link.tabIndex = -1; });
      const below = group(item);
      if (!below) return;
      below.setAttribute("role", "group");
      below.id = "below-" + line.dataset.unit;
      item.setAttribute("aria-owns", below.id);
      item.querySelector(".tree-open").setAttribute("aria-hidden", "true");
      item.setAttribute("aria-expanded", String(!below.hidden));
    });
  }

  function group(item) { return item.parentElement.querySelector(":scope > ul"); }
  function items() {
    return Array.from(tree.querySelectorAll("[role=treeitem]")).filter(function (item) { return item.offsetParent !== null; });
  }
  function above(item) {
    const list = item.closest("ul");
    return list === tree ? null : list.parentElement.querySelector(":scope > .tree-row");
  }

  function focus(item) {
    if (!item) return;
    tree.querySelectorAll("[tabindex='0']").forEach(function (other) { other.tabIndex = -1; });
    item.tabIndex = 0;
    item.focus();
  }

  function open(item) {
    const below = group(item);
    if (!below) return;
    item.setAttribute("aria-expanded", "true");
    below.hidden = false;
    if (below.querySelector("li")) return;
    say(below, "正在加载…");
    fetch(item.querySelector(".tree-open").dataset.below, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
      .then(function (answer) {
        if (answer.redirected) { location.assign(item.querySelector(".tree-open").href); return ""; }
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.text();
      })
      .then(function (text) {
        below.innerHTML = text;
        dress(below);
      })
      .catch(function () { say(below, "没有加载成功，请再展开一次。"); below.dataset.failed = ""; });
  }

  function close(item) {
    const below = group(item);
    item.setAttribute("aria-expanded", "false");
    below.hidden = true;
    if ("failed" in below.dataset) { below.innerHTML = ""; delete below.dataset.failed; }
  }

  function say(below, text) {
    below.innerHTML = "";
    const line = document.createElement("li");
    line.setAttribute("role", "none");
    line.className = "text-secondary small";
    line.textContent = text;
    below.appendChild(line);
  }

  function isOpen(item) { return item.getAttribute("aria-expanded") === "true"; }

  tree.addEventListener("click", function (event) {
    const arrow = event.target.closest(".tree-open");
    if (!arrow || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const item = arrow.closest("[role=treeitem]");
    if (isOpen(item)) close(item); else open(item);
    focus(item);
  });

  const KEYS = {
    ArrowDown: function (item, all) { focus(all[all.indexOf(item) + 1]); },
    ArrowUp: function (item, all) { focus(all[all.indexOf(item) - 1]); },
    Home: function (item, all) { focus(all[0]); },
    End: function (item, all) { focus(all[all.length - 1]); },
    ArrowRight: function (item, all) {
      if (!group(item)) return;
      if (!isOpen(item)) open(item);
      else if (all[all.indexOf(item) + 1] && above(all[all.indexOf(item) + 1]) === item) focus(all[all.indexOf(item) + 1]);
    },
    ArrowLeft: function (item) {
      if (group(item) && isOpen(item)) close(item);
      else focus(above(item));
    },
    Enter: function (item) { item.querySelector(".tree-name").click(); },
  };

  tree.addEventListener("keydown", function (event) {
    const item = event.target.closest("[role=treeitem]");
    if (!item || !KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    KEYS[event.key](item, items());
  });

  dress(tree);
  const opened = tree.dataset.opened && tree.querySelector("li[data-unit='" + tree.dataset.opened + "'] > .tree-row");
  const first = opened || tree.querySelector("[role=treeitem]");
  if (first) first.tabIndex = 0;
  if (opened) {
    opened.scrollIntoView({ block: "center" });
    opened.focus();
  }
})();
