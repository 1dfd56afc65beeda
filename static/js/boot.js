// Runs before the first paint, so that neither the theme nor the direction of the text flickers.
(() => {
  const root = document.documentElement;
  const read = (/** @type {string} */ key) => {
    try {
      return localStorage.getItem(key);
    } catch {
      return null;
    }
  };
  const theme = read("greenroom.theme");
  if (theme === "light" || theme === "dark") root.dataset.theme = theme;
  const wanted = [read("greenroom.language") ?? "", ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase());
  const language = wanted.find((tag) => ["en", "de", "ar"].includes(tag)) ?? "en";
  root.lang = language;
  root.dir = language === "ar" ? "rtl" : "ltr";
})();
