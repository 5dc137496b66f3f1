// What the theme leaves out for people who use the keyboard or have the page read to them.
const regions = {".sidebar-drawer": "Pages", ".toc-drawer": "On this page"};

function scrollable() {
  // A block that is wider than the window is scrolled by the arrow keys, once Tab has reached it.
  for (const block of document.querySelectorAll("pre, .table-wrapper")) {
    if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
    else block.removeAttribute("tabindex");
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const [place, label] of Object.entries(regions))
    document.querySelector(place)?.setAttribute("aria-label", label);
  for (const caption of document.querySelectorAll(".caption[role=heading]")) caption.ariaLevel = 2;
  scrollable();
});
addEventListener("load", scrollable);
addEventListener("resize", scrollable);
