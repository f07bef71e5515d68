"use strict";
(function () {
  /* Rows that are laid out at once; a printed page has them all. */
  const STEP = 100;
  const root = document.documentElement;

  function themes() {
    const button = document.getElementById("theme");
    const dark = window.matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : dark.matches);
    const tell = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => {
      root.dataset.theme = isDark() ? "light" : "dark";
      tell();
    });
    dark.addEventListener("change", tell);
    button.hidden = false;
    tell();
  }

  function printing() {
    let opened = [];
    window.addEventListener("beforeprint", () => {
      opened = [...document.querySelectorAll("details:not([open])")];
      opened.forEach((part) => { part.open = true; });
    });
    window.addEventListener("afterprint", () => {
      opened.forEach((part) => { part.open = false; });
      opened = [];
    });
  }

  /* A stop for the tab key only where there is something to scroll to. */
  function scrolling() {
    const look = () => document.querySelectorAll(".scroll").forEach((part) => {
      if (part.scrollWidth > part.clientWidth) part.tabIndex = 0;
      else part.removeAttribute("tabindex");
    });
    window.addEventListener("resize", look);
    document.addEventListener("toggle", look, true);
    look();
  }

  function filtering(body) {
    const rows = [...body.rows].map((row) => ({
      row,
      text: [...row.cells].slice(0, 5).map((cell) => cell.textContent).join("\n").toLocaleLowerCase(),
    }));
    const input = document.getElementById("filter");
    const counted = document.getElementById("counted");
    const more = document.getElementById("more");
    let most = STEP;
    const lay = () => {
      const found = [...body.rows].filter((row) => !row.hidden);
      found.forEach((row, place) => row.classList.toggle("later", place >= most));
      more.hidden = found.length <= most;
      more.textContent = `Show ${Math.min(STEP, found.length - most)} more`;
    };
    more.addEventListener("click", () => {
      most += STEP;
      lay();
    });
    const show = () => {
      const wanted = input.value.toLocaleLowerCase();
      const turn = document.querySelector("input[name=turn]:checked").value;
      let shown = 0;
      for (const { row, text } of rows) {
        row.hidden = !((!turn || row.dataset.turn === turn) && text.includes(wanted));
        shown += row.hidden ? 0 : 1;
      }
      most = STEP;
      lay();
      counted.textContent = `${shown.toLocaleString("en")} of ${rows.length.toLocaleString("en")} rows`;
    };
    let waiting = 0;
    input.addEventListener("input", () => {
      window.clearTimeout(waiting);
      waiting = window.setTimeout(show, 120);
    });
    document.querySelectorAll("input[name=turn]").forEach((choice) => choice.addEventListener("change", show));
    document.getElementById("controls").hidden = false;
    show();
    return lay;
  }

  function sorting(table, body, lay) {
    const heads = [...table.tHead.rows[0].cells];
    const words = new Intl.Collator(undefined, { numeric: true });
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      const numbers = head.classList.contains("number");
      button.type = "button";
      button.textContent = head.textContent;
      /* Browsers leave buttons out of the heads that they repeat on each printed page. */
      const printed = document.createElement("span");
      printed.className = "printed";
      printed.textContent = head.textContent;
      head.replaceChildren(button, printed);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "descending" : !numbers;
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const keyed = [...body.rows].map((row) => {
          const text = row.cells[column].textContent;
          return { row, key: numbers ? Number(text) : text };
        });
        keyed.sort((a, b) => (numbers ? a.key - b.key : words.compare(a.key, b.key)) * (up ? 1 : -1));
        body.append(...keyed.map((entry) => entry.row));
        lay();
      });
    });
    heads[7].setAttribute("aria-sort", "descending");
  }

  const table = document.getElementById("explorer");
  themes();
  printing();
  sorting(table, table.tBodies[0], filtering(table.tBodies[0]));
  scrolling();
})();
