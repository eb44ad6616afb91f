/* Runs before anything is painted: the chosen theme, and the reader's time zone for the server to write times in. */
(function () {
  "use strict";
  try {
    var theme = localStorage.getItem("wayline-theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch (error) {
    // Storage may be forbidden; then the system's theme holds.
    void error;
  }
  var zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
  document.cookie = "wayline_zone=" + encodeURIComponent(zone) + "; path=/; max-age=31536000; SameSite=Lax";
})();
