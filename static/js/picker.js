/* Choosing a unit: any `input[data-pick="URL of unit_pick"]` becomes a combobox over the units in scope.

   data-pick-go="/…{pk}…"   choosing leads there
   data-pick-name="parent"  choosing sends the form with that name and the unit's key
   neither                  choosing writes the unit's code into the field

   Typing searches; empty, it goes level by level (→ into a unit, ← back). Without script the field
   is an ordinary text field of its form. */
(function () {
  "use strict";
  let serial = 0;

  function enhance(input) {
    const id = "pick-" + ++serial;
    const box = document.createElement("div");
    box.className = "pick";
    input.parentNode.insertBefore(box, input);
    const list = document.createElement("ul");
    list.id = id;
    list.className = "pick-list";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "可选的组织");
    const status = document.createElement("div");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    box.append(input, list, status);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", id);
    input.autocomplete = "off";

    let asked = 0, timer = 0, active = null, inside = "", isSearch = false;

    function options() { return Array.from(list.querySelectorAll("[role=option]")); }
    function reachable() { return options().filter(function (o) { return "in" in o.dataset || !o.hasAttribute("aria-disabled"); }); }

    function point(option) {
      if (active) {
        active.classList.remove("is-active");
        active.setAttribute("aria-selected", "false");
      }
      active = option || null;
      if (!active) { input.removeAttribute("aria-activedescendant"); return; }
      active.classList.add("is-active");
      active.setAttribute("aria-selected", "true");
      input.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    }

    function close() {
      clearTimeout(timer);
      asked++;
      list.hidden = true;
      input.setAttribute("aria-expanded", "false");
      point(null);
    }

    function load(unit, first) {
      const text = unit === undefined ? input.value.trim() : "";
      const url = new URL(input.dataset.pick, location.href);
      if (text) url.searchParams.set("q", text);
      if (unit) url.searchParams.set("inside", unit);
      const mine = ++asked;
      fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" })
        .then(function (answer) {
          if (answer.redirected) { location.assign(document.body.dataset.login); throw new Error("signed out"); }
          if (!answer.ok) throw new Error(String(answer.status));
          return answer.text();
        })
        .then(function (html) {
          if (mine !== asked || document.activeElement !== input) return;
          inside = unit || "";
          isSearch = Boolean(text);
          list.innerHTML = html;
          const isCode = !input.dataset.pickGo && !input.dataset.pickName;
          if (isCode && isSearch && !reachable().length) { close(); return; } // it may be a code from elsewhere
          options().forEach(function (option, number) { option.id = id + "-" + number; });
          active = null;
          list.hidden = false;
          input.setAttribute("aria-expanded", "true");
          point(first ? reachable()[inside ? 1 : 0] || reachable()[0] : null);
          const count = list.querySelectorAll("[data-pk]:not([aria-disabled])").length;
          status.textContent = count ? count + " 个可选的组织，用上下方向键选择" : "没有可选的组织";
        })
        .catch(function () { if (mine === asked) close(); });
    }

    function choose(option) {
      if (option.dataset.step === "up") { load(option.dataset.in, true); return; }
      if (option.hasAttribute("aria-disabled")) {
        if ("in" in option.dataset) load(option.dataset.in, true);
        return;
      }
      close();
      if (input.dataset.pickGo) { location.assign(input.dataset.pickGo.replace("{pk}", option.dataset.pk)); return; }
      if (input.dataset.pickName) {
        const chosen = document.createElement("input");
        chosen.type = "hidden";
        chosen.name = input.dataset.pickName;
        chosen.value = option.dataset.pk;
        input.form.append(chosen);
        input.disabled = true;
        input.form.submit();
        return;
      }
      input.value = option.dataset.code;
      let note = box.querySelector(".pick-chosen");
      if (!note) {
        note = document.createElement("p");
        note.className = "pick-chosen";
        box.append(note);
      }
      note.textContent = "已选：" + option.dataset.name;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    }

    function step(by) {
      const all = reachable();
      if (!all.length) return;
      const at = active ? all.indexOf(active) : by > 0 ? -1 : 0;
      point(all[(at + by + all.length) % all.length]);
    }

    input.addEventListener("input", function () {
      const note = box.querySelector(".pick-chosen");
      if (note) note.remove();
      clearTimeout(timer);
      timer = setTimeout(function () { load(); }, 180);
    });
    input.addEventListener("click", function () { if (list.hidden && !input.value) load(); });
    input.addEventListener("blur", function () { setTimeout(close, 150); });
    // Keep the focus in the field while the mouse chooses.
    list.addEventListener("mousedown", function (event) { event.preventDefault(); });
    list.addEventListener("click", function (event) {
      const option = event.target.closest("[role=option]");
      if (!option) return;
      if (event.target.closest(".pick-in")) load(option.dataset.in, true);
      else choose(option);
    });

    input.addEventListener("keydown", function (event) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      const isOpen = !list.hidden, key = event.key;
      const browsing = isOpen && !isSearch;
      if (key === "ArrowDown" || key === "ArrowUp") {
        if (isOpen) step(key === "ArrowDown" ? 1 : -1); else load(undefined, true);
      } else if (key === "Enter" && isOpen && active) choose(active);
      else if (key === "Escape" && isOpen) close();
      else if (key === "ArrowRight" && isOpen && active && active.dataset.in && active.dataset.step !== "up" && input.selectionStart === input.value.length) load(active.dataset.in, true);
      else if (key === "ArrowLeft" && browsing && inside) load(list.querySelector(".pick-up").dataset.in, true);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  document.querySelectorAll("input[data-pick]").forEach(enhance);
})();
