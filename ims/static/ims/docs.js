// Shows the OpenAPI description. No validator and no fonts of other hosts: the page works without a network.
const page = document.getElementById("docs");
SwaggerUIBundle({
  url: page.dataset.schema,
  dom_id: "#docs",
  deepLinking: true,
  docExpansion: "none",
  filter: true,
  persistAuthorization: false,
  validatorUrl: null,
});

// Swagger UI leaves controls without names, a main within the page's main, links within buttons, and headings out of
// order. Each is mended when it appears.
const LEVELS = { "h2.title": 1, "h3.opblock-tag": 2, h4: 3, h5: 4 };
const MENDED = {
  "main": (each) => { each.setAttribute("role", "region"); each.setAttribute("aria-label", "Operations"); },
  "select, textarea, input": (each) => each.setAttribute("aria-label", nameOf(each)),
  ".microlight, .opblock-body, .table-container": (each) => { each.tabIndex = 0; },
  "button a[href]": (each) => each.removeAttribute("href"),
};

function nameOf(control) {
  const parameter = control.closest("tr")?.querySelector(".parameter__name");
  if (parameter) return parameter.textContent;
  if (control.id === "servers") return "Server";
  return control.placeholder || (control.matches(".examples-select-element") ? "Example" : "Format");
}

function mend() {
  for (const [selector, change] of Object.entries(MENDED)) page.querySelectorAll(selector).forEach(change);
  for (const [selector, level] of Object.entries(LEVELS)) {
    page.querySelectorAll(selector).forEach((each) => each.setAttribute("aria-level", level));
  }
}
new MutationObserver(mend).observe(page, { childList: true, subtree: true });
