/* What every page can do: send once, keep what was typed, keyboard flow, a sign while waiting.
   Everything here is a convenience: forms, lists and downloads work without it. */
(function () {
  "use strict";

  const DRAFT = "zhtj.draft:";
  const body = document.body;

  // --- send once -------------------------------------------------------------------------

  document.addEventListener("submit", function (event) {
    const form = event.target;
    if (form.method.toLowerCase() !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    if (form.matches("[data-draft]")) keepDraft(form, true);
    if (form.matches("[data-forget-drafts]")) forgetDrafts();
    body.dataset.waiting = "";
    // After this tick, so that the pressed button's own name still travels with the form.
    setTimeout(function () {
      form.querySelectorAll("button:not([type=button])").forEach(function (button) {
        button.setAttribute("aria-disabled", "true");
        button.dataset.busy = "";
      });
    });
  });

  // The browser's back button shows the page as it was left: let it be sent again.
  window.addEventListener("pageshow", function () {
    delete body.dataset.waiting;
    document.querySelectorAll("form[data-sent]").forEach(release);
  });

  function release(form) {
    delete form.dataset.sent;
    form.querySelectorAll("[data-busy]").forEach(function (button) {
      button.removeAttribute("aria-disabled");
      delete button.dataset.busy;
    });
  }

  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[href]");
    if (!link || link.target || link.hasAttribute("download") || event.ctrlKey || event.metaKey) return;
    const url = new URL(link.href, location.href);
    if (url.origin === location.origin && url.pathname !== location.pathname && !("file" in link.dataset)) {
      body.dataset.waiting = "";
      setTimeout(function () { delete body.dataset.waiting; }, 10000);
    }
  });

  // --- tick all --------------------------------------------------------------------------

  document.querySelectorAll("[data-tick-all]").forEach(function (button) {
    button.hidden = false;
  });

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-tick-all]");
    if (!button) return;
    const boxes = Array.from(button.form.querySelectorAll("input[type=checkbox]"))
      .filter((box) => box.name === button.dataset.tickAll);
    const all = boxes.every((box) => box.checked);
    boxes.forEach(function (box) { box.checked = !all; });
  });

  // --- keyboard --------------------------------------------------------------------------

  document.addEventListener("keydown", function (event) {
    const form = event.target.closest ? event.target.closest("form") : null;
    if (!form || event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const button = form.querySelector("button[data-main], button:not([type=button], [formaction])");
      if (button) button.click();
      return;
    }
    if (form.matches("[data-flow]") && event.target.matches("input:not([type=checkbox]):not([type=radio]), select")) {
      event.preventDefault();
      // A button with an address of its own is a way out of the form.
      const fields = "input:not([type=hidden]), select, textarea, button:not([formaction])";
      const stops = Array.from(form.querySelectorAll(fields)).filter(
        function (item) { return !item.disabled && item.offsetParent !== null; });
      const next = stops[stops.indexOf(event.target) + 1];
      if (next) next.focus();
    }
  });

  document.addEventListener("click", function (event) {
    document.querySelectorAll("details.drop[open]").forEach(function (drop) {
      if (!drop.contains(event.target)) drop.open = false;
    });
  });

  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") return;
    document.querySelectorAll("details.drop[open]").forEach(function (drop) {
      drop.open = false;
      drop.querySelector("summary").focus();
    });
  });

  // After a refused form the first wrong field has the focus.
  const wrong = document.querySelector("[aria-invalid=true]");
  if (wrong) wrong.focus();

  // A table wider than the screen scrolls by itself: let the keyboard reach it.
  function reachTables() {
    document.querySelectorAll(".table-wrap").forEach(function (wrap) {
      if (wrap.scrollWidth > wrap.clientWidth) {
        const caption = wrap.querySelector("caption");
        wrap.tabIndex = 0;
        wrap.setAttribute("role", "region");
        wrap.setAttribute("aria-label", caption ? caption.textContent : "表格，可左右滚动");
      } else {
        wrap.removeAttribute("tabindex");
      }
    });
  }
  reachTables();
  window.addEventListener("resize", reachTables);

  // --- typed text survives an expired session ----------------------------------------------
  // `form[data-draft]` is kept for this tab while it is filled in and forgotten once saved;
  // another account in the same tab never sees it.

  function draftKey(user, path) { return DRAFT + user + ":" + path; }

  function keepDraft(form, isSent) {
    const values = {};
    Array.from(form.elements).forEach(function (item) {
      if (!item.name || item.name === "csrfmiddlewaretoken" || /^(password|file|hidden|submit|button)$/.test(item.type) || "private" in item.dataset) return;
      if (item.type === "checkbox" || item.type === "radio") {
        values[item.name + "=" + item.value] = item.checked;
      } else {
        values[item.name] = item.value;
      }
    });
    try {
      sessionStorage.setItem(draftKey(body.dataset.user, location.pathname), JSON.stringify({ values: values, sent: isSent }));
    } catch (error) { /* storage full or switched off: the form still works */ }
  }

  function fillFrom(form, values) {
    Array.from(form.elements).forEach(function (item) {
      if (!item.name) return;
      const key = item.type === "checkbox" || item.type === "radio" ? item.name + "=" + item.value : item.name;
      if (!(key in values)) return;
      if (item.type === "checkbox" || item.type === "radio") item.checked = values[key];
      else item.value = values[key];
      item.dispatchEvent(new Event("input", { bubbles: true }));
      item.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  function forgetDrafts(wanted) {
    Object.keys(sessionStorage).filter(function (key) { return key.startsWith(DRAFT); }).forEach(function (key) {
      if (!wanted || wanted(key, JSON.parse(sessionStorage.getItem(key)))) sessionStorage.removeItem(key);
    });
  }

  function tidyDrafts(hasDraftForm) {
    if (!body.dataset.user) return; // log-in and error pages: keep for the way back
    const saved = document.querySelector("[data-saved]") !== null;
    const own = draftKey(body.dataset.user, "");
    const here = draftKey(body.dataset.user, location.pathname);
    forgetDrafts(function (key, draft) {
      if (!key.startsWith(own)) return true;
      return draft.sent && (saved || !(hasDraftForm && key === here));
    });
  }

  function offerDraft(form) {
    const key = draftKey(body.dataset.user, location.pathname);
    const kept = sessionStorage.getItem(key);
    if (!kept || form.dataset.draft === "bound") return;
    const offer = document.getElementById("draft-offer");
    if (!offer) return;
    const note = offer.content.firstElementChild.cloneNode(true);
    note.querySelector("[data-restore]").addEventListener("click", function () {
      fillFrom(form, JSON.parse(kept).values);
      note.remove();
    });
    note.querySelector("[data-discard]").addEventListener("click", function () {
      sessionStorage.removeItem(key);
      note.remove();
    });
    form.parentNode.insertBefore(note, form);
  }

  try {
    const form = document.querySelector("form[data-draft]");
    tidyDrafts(form !== null);
    if (form) {
      offerDraft(form);
      form.addEventListener("input", function () { keepDraft(form, false); });
      form.addEventListener("change", function () { keepDraft(form, false); });
    }
  } catch (error) { /* no storage: nothing is kept, everything else works */ }

  // --- htmx ------------------------------------------------------------------------------

  // A fragment asked for after the session ended answers with the log-in page: go there whole.
  document.addEventListener("htmx:beforeSwap", function (event) {
    const answered = event.detail.xhr.responseURL;
    if (answered && new URL(answered).pathname === body.dataset.login) {
      event.detail.shouldSwap = false;
      location.assign(body.dataset.login + "?next=" + encodeURIComponent(location.pathname + location.search));
    }
  });
  document.addEventListener("htmx:afterRequest", function (event) {
    if (event.target.matches && event.target.matches("form")) release(event.target);
  });
})();
