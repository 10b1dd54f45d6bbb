/* The entry form: what the national id says (sex, birth date, age) appears as it is typed, and the
   fields of a post are shown only for cadres. A convenience: the rules on the server decide. */
(function () {
  "use strict";

  const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
  const CHECK = "10X98765432";
  const idField = document.getElementById("id_national_id");
  const derived = document.querySelector("[data-derived]");
  const isCadre = document.getElementById("id_is_cadre");

  function normal(text) {
    return text.normalize("NFKC").replace(/[\s\u200b-\u200f\ufeff]/g, "").toUpperCase();
  }

  function birthOf(id) {
    const year = Number(id.slice(6, 10)), month = Number(id.slice(10, 12)), day = Number(id.slice(12, 14));
    const date = new Date(year, month - 1, day);
    const isDay = date.getFullYear() === year && date.getMonth() === month - 1 && date.getDate() === day;
    return isDay && date <= new Date() && year >= 1900 ? date : null;
  }

  function ageOf(birth) {
    const today = new Date();
    const isBefore = today.getMonth() < birth.getMonth() ||
      (today.getMonth() === birth.getMonth() && today.getDate() < birth.getDate());
    return today.getFullYear() - birth.getFullYear() - (isBefore ? 1 : 0);
  }

  function sentence(text) {
    const id = normal(text);
    if (id.includes("*")) return "";  // as the page shows it: the server knows the whole
    if (id.length < 18) return id.length ? "已输入 " + id.length + " 位，共需18位。" : "";
    if (!/^[0-9]{17}[0-9X]$/.test(id)) return "身份证号码应为18位数字，最后一位可以是X。";
    const birth = birthOf(id);
    if (!birth) return "第7至14位不是可能的出生日期，请核对。";
    const sum = WEIGHTS.reduce(function (total, weight, i) { return total + weight * Number(id[i]); }, 0);
    if (CHECK[sum % 11] !== id[17]) return "校验位不对，至少有一位填错，请核对。";
    const sex = Number(id[16]) % 2 ? "男" : "女";
    return sex + "，" + id.slice(6, 10) + "-" + id.slice(10, 12) + "-" + id.slice(12, 14) + " 出生，" + ageOf(birth) + " 周岁";
  }

  if (idField && derived) {
    const show = function () { derived.textContent = sentence(idField.value); };
    idField.addEventListener("input", show);
    show();

    // An id that stands there already, from a draft or typed while the page was still loading, is asked about
    // as if it had just been left. htmx listens from this moment on: its script comes first.
    document.addEventListener("DOMContentLoaded", function () {
      const known = document.querySelector(".known[hx-trigger*=filled]");
      if (known && idField.value && idField !== document.activeElement && !idField.matches("[aria-invalid=true]")) {
        htmx.trigger(known, "filled");
      }
    });
  }

  if (isCadre) {
    const rows = ["post", "engagement", "appointed_on"].map(function (name) {
      return document.getElementById("field-" + name);
    });
    const toggle = function () {
      rows.forEach(function (row) {
        if (row) row.hidden = isCadre.value !== "是" && !row.querySelector(".errors");
      });
    };
    isCadre.addEventListener("change", toggle);
    toggle();
  }

  // The draft lies on the server, sealed: kept a moment after typing stops and when the page is left.
  const entry = document.querySelector("form[data-keep]");
  if (entry) {
    const told = entry.querySelector("[data-kept]");
    let timer = null, changed = false;
    const keep = function () {
      clearTimeout(timer);
      if (!changed || entry.dataset.sent) return;
      changed = false;
      fetch(entry.dataset.keep, {
        method: "POST", body: new FormData(entry), keepalive: true, redirect: "manual", credentials: "same-origin"
      }).then(function (answer) {
        if (answer.status === 204) told.textContent = "草稿已自动保存";
        else changed = true;
      }).catch(function () { changed = true; });
    };
    const note = function () {
      changed = true;
      clearTimeout(timer);
      timer = setTimeout(keep, 1500);
    };
    entry.addEventListener("input", note);
    entry.addEventListener("change", note);
    document.addEventListener("visibilitychange", function () { if (document.hidden) keep(); });
    window.addEventListener("pagehide", keep);
  }
})();
