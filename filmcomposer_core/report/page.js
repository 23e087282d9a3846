"use strict";
(() => {
  const video = document.querySelector("video");
  const lanes = document.querySelector(".lanes");
  const head = document.querySelector(".playhead");
  const length = Number(lanes.dataset.length);
  const width = Number(lanes.dataset.width);
  const show = (time) => { head.style.left = `${(time / length) * width}px`; };
  show(0);
  if (!video) return;
  video.addEventListener("error", () => video.remove(), true);
  video.addEventListener("timeupdate", () => show(video.currentTime));
  lanes.addEventListener("click", (event) => {
    const x = event.clientX - lanes.getBoundingClientRect().left + lanes.scrollLeft;
    video.currentTime = Math.max(0, Math.min(length, (x / width) * length));
    show(video.currentTime);
  });
})();
