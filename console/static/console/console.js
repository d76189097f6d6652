/* Small comforts; every page works without them. */
document.addEventListener("DOMContentLoaded", () => {
    const refused = document.getElementById("refused");
    if (refused) refused.focus();
});
