// Where a bar of links scrolls, the page that is open is in sight.
"use strict";

for (const here of document.querySelectorAll("nav [aria-current]")) {
  here.scrollIntoView({ block: "nearest", inline: "center", behavior: "instant" });
}
