/* What the pages do in the browser: refresh without disturbing, search, keys, menus, theme. */
(function () {
  "use strict";

  var KEEP = ["range", "since", "until", "refresh", "tz"];
  var lastDrawn = Date.now();
  var refreshMs = 0;

  function noUpdate() {
    return window.dash_clientside.no_update;
  }

  function kept(extra) {
    var old = new URLSearchParams(window.location.search);
    var query = new URLSearchParams();
    KEEP.forEach(function (key) {
      if (old.get(key)) query.set(key, old.get(key));
    });
    Object.keys(extra || {}).forEach(function (key) {
      if (extra[key]) query.set(key, extra[key]);
      else query.delete(key);
    });
    var text = query.toString();
    return text ? "?" + text : "";
  }

  /* A refresh waits while somebody selects text, has a menu open or is elsewhere. */
  function busy() {
    if (document.visibilityState !== "visible") return true;
    var page = document.getElementById("page");
    if (!page || page.querySelector("details.menu[open]")) return true;
    var selection = window.getSelection();
    if (selection && String(selection) && page.contains(selection.anchorNode)) return true;
    return page.hasAttribute("data-dash-is-loading");
  }

  function answered() {
    lastDrawn = Date.now();
    showStale(false);
  }

  /* Where a part with this id stands in Dash's layout: it is looked for once, the frame never moves. */
  var layoutPaths = {};
  function layoutPath(id) {
    if (!layoutPaths[id]) layoutPaths[id] = findPath(window.dash_component_api.getLayout(["components"]), id, ["components"]);
    return layoutPaths[id];
  }

  function findPath(node, id, path) {
    if (!isComponent(node)) return null;
    if (node.props.id === id) return path;
    var children = node.props.children;
    if (!Array.isArray(children)) return findPath(children, id, path.concat("props", "children"));
    for (var number = 0; number < children.length; number++) {
      var found = findPath(children[number], id, path.concat("props", "children", number));
      if (found) return found;
    }
    return null;
  }

  function isComponent(node) {
    return !!node && typeof node === "object" && !!node.namespace && !!node.props;
  }

  function same(one, other) {
    return JSON.stringify(one === undefined ? null : one) === JSON.stringify(other === undefined ? null : other);
  }

  function alike(one, other) {
    return (
      isComponent(one) &&
      isComponent(other) &&
      one.type === other.type &&
      one.namespace === other.namespace &&
      same(one.props.id, other.props.id)
    );
  }

  var READERS_OWN = ["n_clicks", "value", "children"];
  var MAY_VANISH = ["className", "style", "title", "href"];

  function compare(shown, fresh, path, changes) {
    var props = {};
    Object.keys(fresh.props).forEach(function (name) {
      if (READERS_OWN.indexOf(name) < 0 && !same(shown.props[name], fresh.props[name])) props[name] = fresh.props[name];
    });
    MAY_VANISH.forEach(function (name) {
      if (name in shown.props && !(name in fresh.props)) props[name] = undefined;
    });
    if (Object.keys(props).length) changes.push({ path: path, props: props });
    compareChildren(shown.props.children, fresh.props.children, path, changes);
  }

  function compareChildren(shown, fresh, path, changes) {
    if (same(shown, fresh)) return;
    if (alike(shown, fresh)) {
      compare(shown, fresh, path.concat("props", "children"), changes);
      return;
    }
    var both = Array.isArray(shown) && Array.isArray(fresh) && shown.length === fresh.length;
    var inPlace =
      both &&
      shown.every(function (node, number) {
        return alike(node, fresh[number]) || (!isComponent(node) && same(node, fresh[number]));
      });
    if (!inPlace) {
      changes.push({ path: path, props: { children: fresh } });
      return;
    }
    shown.forEach(function (node, number) {
      if (isComponent(node)) compare(node, fresh[number], path.concat("props", "children", number), changes);
    });
  }

  function withRange(since, until) {
    var query = new URLSearchParams(window.location.search);
    ["range", "cursor", "refresh"].forEach(function (key) {
      query.delete(key);
    });
    query.set("since", since);
    query.set("until", until);
    return window.location.pathname + "?" + query.toString();
  }

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.wayline = {
    tick: function (count) {
      return busy() ? noUpdate() : count;
    },

    noticed: function (drawn) {
      if (!drawn) return noUpdate();
      document.title = drawn.title;
      refreshMs = drawn.refresh_ms;
      if (!drawn.failed) answered();
      closeMenus(null);
      if (window.location.hash) {
        window.setTimeout(function () {
          var target = document.getElementById(window.location.hash.slice(1));
          if (target) target.scrollIntoView({ block: "start", behavior: "smooth" });
        }, 60);
      }
      return noUpdate();
    },

    /* What changed is set where it stands; what did not keeps its nodes, and with them focus, scroll and menus. */
    refreshed: function (fresh) {
      if (!fresh || fresh.failed) return noUpdate();
      answered();
      if (fresh.path !== window.location.pathname || fresh.search !== window.location.search) return noUpdate();
      document.title = fresh.title;
      var focused = document.activeElement && document.activeElement.getAttribute("href");
      var changes = [];
      ["page", "nav"].forEach(function (name) {
        var shown = window.dash_component_api.getLayout(name);
        var path = layoutPath(name);
        if (shown && path) compareChildren(shown.props.children, fresh[name], path, changes);
      });
      changes.forEach(function (change) {
        window.dash_clientside.set_props(change.path, change.props);
      });
      if (focused && document.activeElement === document.body) {
        window.setTimeout(function () {
          var again = document.querySelector('#page a[href="' + CSS.escape(focused) + '"]');
          if (again) again.focus({ preventScroll: true });
        }, 50);
      }
      return noUpdate();
    },

    search: function (submits, text) {
      var wanted = (text || "").trim();
      if (!submits || !wanted) return [noUpdate(), noUpdate()];
      var box = document.getElementById("search");
      if (box) box.blur();
      return ["/transactions/" + encodeURIComponent(wanted) + kept(), ""];
    },

    range: function (clicks, sinceSubmits, untilSubmits, since, until) {
      if (!(clicks || sinceSubmits || untilSubmits) || !since || !until) return noUpdate();
      return withRange(since, until);
    },

    zoom: function (change) {
      if (!change || !change["xaxis.range[0]"]) return noUpdate();
      var offset = zoneOffset();
      return withRange(
        String(change["xaxis.range[0]"]).slice(0, 19).replace(" ", "T") + offset,
        String(change["xaxis.range[1]"]).slice(0, 19).replace(" ", "T") + offset
      );
    },
  };

  /* The custom range shows its times with the offset that the axis of a figure was drawn in. */
  function zoneOffset() {
    var input = document.getElementById("since-input");
    var match = input && /([+-]\d{2}):?(\d{2})$/.exec(input.value);
    return match ? match[1] + ":" + match[2] : "Z";
  }

  function showStale(stale) {
    var bar = document.getElementById("stale");
    if (!bar) return;
    if (!stale) {
      bar.classList.remove("on");
      return;
    }
    bar.textContent = "Wayline has not answered since " + new Date(lastDrawn).toLocaleTimeString() + ". What is shown may be out of date.";
    bar.classList.add("on");
  }

  window.setInterval(function () {
    if (!refreshMs || document.visibilityState !== "visible") return;
    if (Date.now() - lastDrawn > Math.max(3 * refreshMs, 30000) && !busyWithReader()) showStale(true);
  }, 2000);

  function busyWithReader() {
    var page = document.getElementById("page");
    var selection = window.getSelection();
    return !!(page && (page.querySelector("details.menu[open]") || (selection && String(selection))));
  }

  document.addEventListener("visibilitychange", function () {
    // Time spent in another tab is not silence of the server.
    if (document.visibilityState === "visible") lastDrawn = Date.now();
  });

  function closeMenus(except) {
    document.querySelectorAll("details.menu[open]").forEach(function (menu) {
      if (menu !== except && !(except && menu.contains(except))) menu.open = false;
    });
  }

  /* Dash scrolls to the top after every link; these links change only a part of the page. */
  document.addEventListener(
    "click",
    function (event) {
      var link = event.target.closest && event.target.closest("a.stay");
      if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      window.history.pushState({}, "", link.href);
      window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    },
    true
  );

  document.addEventListener("click", function (event) {
    if (event.target.closest("#theme")) nextTheme();
    closeMenus(event.target.closest("details.menu"));
  });

  function nextTheme() {
    var order = ["light", "dark", ""];
    var now = document.documentElement.dataset.theme || "";
    var system = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    // The first press must be seen to do something.
    var next = now === "" ? (system === "dark" ? "light" : "dark") : order[(order.indexOf(now) + 1) % 3];
    if (now !== "" && next === system) next = "";
    if (next) document.documentElement.dataset.theme = next;
    else delete document.documentElement.dataset.theme;
    try {
      if (next) localStorage.setItem("wayline-theme", next);
      else localStorage.removeItem("wayline-theme");
    } catch (error) {
      // Storage may be forbidden; the choice then lasts until the page is left.
      void error;
    }
  }

  function go(path) {
    window.history.pushState({}, "", path + kept());
    window.dispatchEvent(new CustomEvent("_dashprivate_pushstate"));
    window.scrollTo(0, 0);
  }

  function rows() {
    return Array.from(document.querySelectorAll("#page .row-link, #page .row-item, #page .wf-row"));
  }

  function moveRow(step) {
    var all = rows();
    if (!all.length) return;
    var now = all.indexOf(document.activeElement);
    var next = all[Math.min(Math.max(now + step, 0), all.length - 1)];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  var afterG = 0;
  var PLACES = { o: "/", t: "/transactions", a: "/alerts", r: "/runbooks", s: "/systems" };

  document.addEventListener("keydown", function (event) {
    var typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape") {
      closeMenus(null);
      if (typing) event.target.blur();
      return;
    }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "/") {
      var box = document.getElementById("search");
      if (box) {
        box.focus();
        box.select();
        event.preventDefault();
      }
    } else if (Date.now() - afterG < 1200 && PLACES[event.key]) {
      afterG = 0;
      go(PLACES[event.key]);
    } else if (event.key === "g") {
      afterG = Date.now();
    } else if (event.key === "j" || event.key === "k") {
      moveRow(event.key === "j" ? 1 : -1);
    } else if (event.key === "t") {
      nextTheme();
    }
  });
})();
