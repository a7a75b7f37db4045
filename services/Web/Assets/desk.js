// The desk works without this. With it, leaving a form that was changed and not saved asks first, Ctrl+S saves the draft, and a narrow screen's line of places begins at the one shown.
const here = document.querySelector(".desk-nav [aria-current]");
if (here)
  here.closest("ul").scrollLeft = here.offsetLeft - 16;
const form = document.querySelector("form.edit[data-guard]");
if (form) {
  let changed = form.dataset.guard === "changed", sending = false;
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", () => { sending = true; });
  addEventListener("pageshow", () => { sending = false; });
  addEventListener("beforeunload", event => { if (changed && !sending) event.preventDefault(); });
  addEventListener("keydown", event => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("button[value=save]"));
    }
  });
}
