/* Choosing another unit shows its page at once; the button stays for those without script. */
(function () {
  "use strict";
  const form = document.querySelector("form[data-place]");
  if (!form) return;
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", function () { form.submit(); });
})();
