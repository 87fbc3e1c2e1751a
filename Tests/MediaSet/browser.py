"""Plays films in headless Chromium: each must last as long as planned and play to its end.

Called by `compose/test browser`. Makes a copied, a mixed and an encoded film and one with music out of the test set,
serves them over loopback HTTP, and prints what the browser measured. Dropped frames are shown and not judged:
decoding is done in software here.
"""

import argparse
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading

from playwright.sync_api import sync_playwright

PAGE = b"<!doctype html><video id=v muted playsinline></video>"
PLAY = """
async (name) => {
  const video = document.getElementById('v');
  const ended = new Promise((resolve, reject) => {
    video.onended = resolve;
    video.onerror = () => reject(new Error(video.error.message));
  });
  let shown = 0;
  const count = () => { shown += 1; video.requestVideoFrameCallback(count); };
  video.requestVideoFrameCallback(count);
  video.src = name;
  await video.play();
  await ended;
  const quality = video.getVideoPlaybackQuality();
  return {duration: video.duration, end: video.currentTime, total: quality.totalVideoFrames,
          dropped: quality.droppedVideoFrames, width: video.videoWidth, height: video.videoHeight};
}
"""


class Handler(http.server.BaseHTTPRequestHandler):
    """Files of one folder, with ranges as browsers ask for them."""

    def do_GET(self):
        if self.path == "/":
            return self.answer(200, PAGE, "text/html")
        if not os.path.exists(os.path.join(self.server.folder, os.path.basename(self.path))):
            return self.answer(404, b"", "text/plain")
        with open(os.path.join(self.server.folder, os.path.basename(self.path)), "rb") as file:
            data = file.read()
        if (asked := self.headers.get("Range")) is None:
            return self.answer(200, data, "video/mp4")
        first, _, last = asked.removeprefix("bytes=").partition("-")
        start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
        return self.answer(206, data[start : end + 1], "video/mp4", f"bytes {start}-{end}/{len(data)}")

    def answer(self, status, data, kind, place=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Accept-Ranges", "bytes")
        if place:
            self.send_header("Content-Range", place)
        self.end_headers()
        try:
            self.wfile.write(data)
        except (BrokenPipeError, ConnectionResetError):
            pass  # A player asks for more than it needs and hangs up.

    def log_message(self, *_):
        pass


def films(options, work):
    """The films by name, with their frames and rate."""
    def clip(name):
        return os.path.join(options.set, name)

    def stitch(name, inputs, *extra):
        path = os.path.join(work, name)
        out = subprocess.run([options.chunks, "stitch", "--json", *extra, "--output", path, *map(clip, inputs)],
                             capture_output=True, text=True, check=True).stdout
        report = json.loads(out)
        return name, report["frameCount"], report["fps"]["numerator"] / report["fps"]["denominator"], report["method"]

    yield stitch("copied.mp4", ["b0.mp4", "b1.mp4", "b2.mp4"], "--duration", "3")
    yield stitch("mixed.mp4", [f"a{k}.mp4" for k in range(6)])
    yield stitch("trimmed.mp4", [f"a{k}.mp4" for k in range(6)], "--duration", "2.48")
    yield stitch("odd.mp4", ["a0.mp4", "fps24.mp4", "rot90.mp4", "baseline.mp4", "a1.mp4"])
    yield stitch("encoded.mp4", ["vfr.mp4", "hevc.mp4", "sar43.mp4"])
    for source in ("copied", "mixed"):
        name = f"{source}-sound.mp4"
        subprocess.run([options.audio, "mix", "--video", os.path.join(work, f"{source}.mp4"), "--music", clip("music.mp3"),
                        "--output", os.path.join(work, name)], capture_output=True, check=True)
        video = subprocess.run([options.chunks, "probe", "--json", os.path.join(work, name)], capture_output=True, check=True)
        yield name, json.loads(video.stdout)["videos"][0]["frameCount"], 25, "final"


def main():
    parser = argparse.ArgumentParser()
    for name in ("set", "chunks", "audio", "chromium"):
        parser.add_argument(f"--{name}", required=True)
    options = parser.parse_args()
    faults = 0
    with tempfile.TemporaryDirectory() as work:
        made = list(films(options, work))
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.folder = work
        threading.Thread(target=server.serve_forever, daemon=True).start()
        print("| film | made by | planned | duration | at the end | frames | dropped |\n|---|---|---|---|---|---|---|")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=options.chromium, args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"])
            for name, frames, rate, method in made:
                page = browser.new_page()
                page.set_default_timeout(120_000)
                page.goto(f"http://127.0.0.1:{server.server_port}/")
                seen = page.evaluate(PLAY, f"/{name}")
                page.close()
                planned = frames / rate
                is_right = all(abs(seen[key] - planned) < 1 / rate for key in ("duration", "end"))
                faults += not is_right
                print(f"| {name} | {method} | {planned:.4f} s | {seen['duration']:.4f} s | {seen['end']:.4f} s | "
                      f"{seen['total']} of {frames} | {seen['dropped']} |{'' if is_right else ' WRONG'}", flush=True)
            browser.close()
        server.shutdown()
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
