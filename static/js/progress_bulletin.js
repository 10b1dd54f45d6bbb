/* 复制文字: puts the bulletin's text on the clipboard; without script the text can be selected by hand. */
(function () {
  "use strict";

  offer(document);
  document.addEventListener("htmx:afterSwap", function (event) {
    offer(event.target);
  });

  function offer(place) {
    place.querySelectorAll("[data-copy]").forEach(function (button) {
      const text = document.getElementById(button.dataset.copy);
      const told = button.parentElement.querySelector("[data-copied]");
      button.hidden = false;
      button.addEventListener("click", function () {
        const copied = navigator.clipboard ? navigator.clipboard.writeText(text.value) : Promise.reject();
        copied.catch(function () {
          byHand(text);
        }).then(function () {
          told.textContent = "已复制";
        }, function () {
          told.textContent = "请按 Ctrl+C 复制";
        });
      });
    });
  }

  // Pages opened over plain http have no clipboard.
  function byHand(text) {
    text.focus();
    text.select();
    if (!document.execCommand("copy")) throw new Error("not copied");
  }
})();
