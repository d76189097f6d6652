/* Small comforts; every page works without them. */
document.addEventListener("DOMContentLoaded", () => {
    document.addEventListener("keydown", fold);
    const refused = document.getElementById("refused");
    if (refused) refused.focus();

    const keys = document.getElementById("keys");
    if (!keys) return;
    const on = document.getElementById("keys-on");
    on.checked = localStorage.getItem("ims-keys") !== "off";
    on.addEventListener("change", () => localStorage.setItem("ims-keys", on.checked ? "on" : "off"));

    document.addEventListener("keydown", (event) => {
        const typing = event.target.closest("input, textarea, select, [contenteditable]");
        if (typing || !on.checked || event.ctrlKey || event.metaKey || event.altKey) return;
        if (event.key === "?") {
            keys.opener = document.activeElement;
            keys.open = true;
            keys.querySelector("summary").focus();
        } else if (event.key === "n" && document.getElementById("note-body")) {
            event.preventDefault();
            document.getElementById("note-body").focus();
        } else {
            const link = keys.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
            if (link) link.click();
        }
    });
});

/* Escape folds what is unfolded around the focus, and gives the focus back to what unfolded it. */
function fold(event) {
    const unfolded = event.key === "Escape" && event.target.closest("details[open]");
    if (!unfolded) return;
    unfolded.open = false;
    const opener = unfolded.opener && unfolded.opener !== document.body ? unfolded.opener : unfolded.querySelector("summary");
    unfolded.opener = null;
    opener.focus();
}

/* What the theme makes clickable only, the keyboard reaches as well; its scroll areas get names. */
window.addEventListener("load", () => {
    document.querySelectorAll("a:not([href])").forEach((each) => {
        each.setAttribute("role", "button");
        each.tabIndex = 0;
        each.addEventListener("keydown", (event) => {
            if (event.key !== "Enter" && event.key !== " ") return;
            event.preventDefault();
            each.click();
        });
    });
    const navigation = document.querySelector("#nav-sidebar .simplebar-content-wrapper");
    if (navigation) navigation.setAttribute("aria-label", "Navigation");
    document.querySelectorAll("main .simplebar-content-wrapper").forEach((each, index) => {
        each.setAttribute("aria-label", `List ${index + 1}`);
    });
});
