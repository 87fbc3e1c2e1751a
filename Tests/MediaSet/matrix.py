"""The test set, every file and every pair of it, through the tools: right, or refused with a reason.

Prints a table and ends with 1 if anything is neither. Every file is paired with a plain clip in both orders,
`--pairs N` adds N other pairs (all by default), `--triples N` adds N triples, `--all-triples` all of them.
"""

import argparse
import concurrent.futures
import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

# What must be refused whatever it is asked for; all else must work where it has what is needed.
BROKEN = "broken"
UNTIMED = {"raw.h264", "copy.ts"}
CANNOT = {"rot45.mp4"}
SOUNDS = {"music.mp3", "music.wav"}
# Files of the same encoder, whatever is around it: alone and behind a0 they must be copied whole.
KIN = {"a0.mp4", "a3.mp4", "audio.mp4", "audio_longer.mp4", "frag.mp4", "moov_end.mp4", "start1500.mp4", "tb90000.mp4"}
# In pairs they say nothing that others do not.
ALIKE = {"a2.mp4", "a3.mp4", "a4.mp4", "a5.mp4", "b2.mp4", "rot180.mp4", "rot270.mp4", "music.wav", "audio_longer.mp4",
         "broken.webm", "broken_concat.mp4", "broken_empty.mp4", "broken_frag.mp4", "broken_moov_end.mp4",
         "broken_playlist.mp4", "broken_svg.mp4", "broken_tail.mp4", "vp9.webm", "raw.h264", "two.mp4", "slow8.mp4"}


def run(command):
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr.strip()


def ffprobe(path, count=True):
    code, out, error = run(
        ["ffprobe", "-v", "error", *(["-count_frames"] if count else []), "-show_streams", "-show_format", "-of", "json", path])
    return json.loads(out) if code == 0 else {"error": error}


def frame_hashes(path, size=None):
    """The hash of every decoded frame, in the order in which they are shown."""
    code, out, error = run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, "-map", "0:v:0", "-vsync", "passthrough",
                            "-f", "framemd5", "-"])
    if code != 0 or error:
        return None
    return [line.rsplit(",", 1)[1].strip() for line in out.splitlines() if not line.startswith("#")]


class Case:
    """A file of the set and what is known of it from ffmpeg alone."""

    def __init__(self, folder, name):
        self.name, self.path = name, os.path.join(folder, name)
        self.is_refused = name.startswith(BROKEN) or name in UNTIMED or name in SOUNDS
        self.can_be_shown = not self.is_refused and name not in CANNOT
        self.hashes = frame_hashes(self.path) if not self.is_refused else None


class Matrix:
    def __init__(self, options, work):
        self.chunks, self.audio, self.work = options.chunks, options.audio, work
        self.cases = [Case(options.set, name) for name in sorted(os.listdir(options.set)) if name[0] != "."]
        self.faults = []

    def refused(self, what, code, error, outputs=()):
        """The reason of a refusal; anything else than one is a fault."""
        left = [path for path in os.listdir(self.work) if any(path.startswith(os.path.basename(o)) for o in outputs)]
        if not 1 <= code <= 127 or not error or left:
            return self.fault(what, f"ended with {code}, said {error!r} and left {left}")
        return "refused: " + error.splitlines()[-1].replace("Error: ", "")

    def fault(self, what, why):
        self.faults.append(f"{what}: {why}")
        return f"WRONG: {why}"

    def probe(self, case):
        code, out, error = run([self.chunks, "probe", "--json", case.path])
        if code != 0:
            expected = case.is_refused and case.name not in SOUNDS
            answer = self.refused(f"probe {case.name}", code, error)
            return answer if expected or answer.startswith("WRONG") else self.fault(f"probe {case.name}", answer)
        info, want = json.loads(out), ffprobe(case.path)
        videos = [s for s in want.get("streams", []) if s["codec_type"] == "video"]
        if case.name.startswith(BROKEN) and case.name != "broken_slices.mp4":
            return self.fault(f"probe {case.name}", "a broken file was accepted")
        same = [(v["codec"], v["width"], v["height"]) for v in info["videos"]] == [
            (s["codec_name"], s["width"], s["height"]) for s in videos]
        return "right" if same else self.fault(f"probe {case.name}", f"says {info['videos']}")

    def last_frame(self, case):
        what = f"last-frame {case.name}"
        png = os.path.join(self.work, f"{case.name}.png")
        code, _, error = run([self.chunks, "last-frame", case.path, png])
        if code != 0:
            answer = self.refused(what, code, error, [png])
            return self.fault(what, answer) if case.can_be_shown else answer
        if not case.can_be_shown:
            return self.fault(what, "was accepted")
        difference = self.difference(case, png)
        os.remove(png)
        return "right" if difference <= 1.0 else self.fault(what, f"differs by {difference:.2f} levels from ffmpeg's last frame")

    def difference(self, case, png):
        """The mean difference of all samples from the last frame that ffmpeg decodes, as a viewer sees it."""
        tagged = next(s for s in ffprobe(case.path, False)["streams"] if s["codec_type"] == "video").get("color_space")
        matrix = "bt709" if tagged == "bt709" else "bt601"
        flags = "accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"
        # Chroma lies on the left, as H.264 has it; 4:4:4 has it everywhere.
        place = "" if "444" in case.name else ":in_h_chr_pos=0:in_v_chr_pos=128"
        shape = f",scale='trunc(iw*sar/2+0.5)*2':ih:flags={flags},setsar=1" if case.name.startswith("sar") else ""
        # ffmpeg would turn before it converts, which moves the chroma.
        turn = {"rot90.mp4": ",transpose=2", "rot180.mp4": ",hflip,vflip", "rot270.mp4": ",transpose=1"}.get(case.name, "")
        code, _, error = run(
            ["ffmpeg", "-nostdin", "-v", "error", "-y", "-noautorotate", "-i", case.path, "-vsync", "passthrough", "-vf",
             f"scale=in_color_matrix={matrix}{place}:flags={flags},format=rgb24{shape}{turn}", "-update", "1", png + ".want.png"])
        pixels = [run_bytes(["ffmpeg", "-nostdin", "-v", "error", "-i", p, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
                  for p in (png, png + ".want.png")]
        os.remove(png + ".want.png")
        if code != 0 or len(pixels[0]) != len(pixels[1]):
            return 999
        return sum(abs(a - b) for a, b in zip(*pixels)) / len(pixels[0])

    def stitch(self, cases, *extra):
        what = "stitch " + " ".join([c.name for c in cases] + list(extra))
        output = os.path.join(self.work, hashlib.md5(what.encode()).hexdigest() + ".mp4")
        code, out, error = run([self.chunks, "stitch", "--json", *extra, "--output", output] + [c.path for c in cases])
        if code != 0:
            answer = self.refused(what, code, error, [output])
            return self.fault(what, answer) if all(c.can_be_shown for c in cases) else answer
        if not all(c.can_be_shown for c in cases):
            return self.fault(what, "was accepted")
        try:
            return self.check(what, cases, json.loads(out), output)
        finally:
            os.remove(output)

    def check(self, what, cases, report, output):
        stream = ffprobe(output)
        if "error" in stream:
            return self.fault(what, stream["error"])
        video = stream["streams"][0]
        rate = report["fps"]["numerator"], report["fps"]["denominator"]
        frames = report["frameCount"]
        seconds = frames * rate[1] / rate[0]
        want = {
            "streams": (len(stream["streams"]), 1), "frames": (int(video["nb_read_frames"]), frames),
            "index": (int(video["nb_frames"]), frames), "average": (video["avg_frame_rate"], f"{rate[0]}/{rate[1]}"),
            "rate": (video["r_frame_rate"], f"{rate[0]}/{rate[1]}"), "start": (float(video["start_time"]), 0.0),
            "length": (round(float(video["duration"]), 5), round(seconds, 5)),
            "shape": (video.get("sample_aspect_ratio", "1:1"), "1:1"),
        }
        wrong = {key: pair for key, pair in want.items() if pair[0] != pair[1]}
        if wrong:
            return self.fault(what, f"{wrong}")
        hashes = frame_hashes(output)
        if hashes is None or len(hashes) != frames:
            return self.fault(what, "cannot be decoded without complaint")
        return self.compare(what, cases, report, hashes)

    def compare(self, what, cases, report, hashes):
        """Where a copy is claimed, as many frames as claimed are the clips' own, in their order."""
        frames = report["frameCount"]
        sources = [h for case in cases for h in case.hashes]
        place = kept = 0
        for own in hashes:
            if own in sources[place:]:
                place, kept = sources.index(own, place) + 1, kept + 1
        if kept < report["copiedFrames"]:
            return self.fault(what, f"{report['copiedFrames']} copied frames claimed, {kept} found")
        if all(case.name in KIN for case in cases) and "--duration" not in what and report["copiedFrames"] < frames - 4:
            return self.fault(what, f"only {report['copiedFrames']} frames were copied: {report['notes']}")
        if report["method"] == "copy" and kept != len(hashes):
            return self.fault(what, f"a copy has {len(hashes) - kept} other frames")
        return f"{report['method']} {report['copiedFrames']}/{report['frameCount']}"

    def mix(self, case, music):
        what = f"mix {case.name} {music.name}"
        output = os.path.join(self.work, f"{case.name}.{music.name}.mp4")
        code, out, error = run([self.audio, "mix", "--video", case.path, "--music", music.path, "--output", output])
        if code != 0:
            return self.refused(what, code, error, [output])
        want = ffprobe(output)
        kinds = sorted(s["codec_type"] for s in want.get("streams", []))
        hashes = frame_hashes(output)
        os.remove(output)
        if kinds != ["audio", "video"]:
            return self.fault(what, f"has {kinds}")
        if hashes != case.hashes:
            return self.fault(what, "the pictures are not those of the video")
        video, sound = (next(s for s in want["streams"] if s["codec_type"] == k) for k in ("video", "audio"))
        if abs(float(video["duration"]) - float(sound["duration"])) > 0.001 or float(sound["start_time"]) != 0:
            return self.fault(what, f"lasts {video['duration']} s and sounds {sound['duration']} s")
        return "right"


def run_bytes(command):
    return subprocess.run(command, capture_output=True, timeout=300, stdin=subprocess.DEVNULL).stdout


def singles(matrix, pool):
    music = next(c for c in matrix.cases if c.name == "music.mp3")
    rows = pool.map(lambda c: (c.name, matrix.probe(c), matrix.last_frame(c), matrix.stitch([c]), matrix.mix(c, music)),
                    matrix.cases)
    print("| file | probe | last-frame | stitch | mix |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(cell[:110] for cell in row) + " |", flush=True)


def several(matrix, pool, groups, title):
    tally = {}
    for answer in pool.map(lambda g: matrix.stitch(list(g)), groups):
        kind = answer.split(" ")[0].rstrip(":")
        tally[kind] = tally.get(kind, 0) + 1
    print(f"{title}: " + ", ".join(f"{count} {kind}" for kind, count in sorted(tally.items())), flush=True)


def trims(matrix, pool):
    chain = [next(c for c in matrix.cases if c.name == f"a{k}.mp4") for k in range(6)]
    lengths = [0.04, 0.5, 1.0, 1.96, 3.0, 5.0, 5.76, 5.8, 5.84, 6.0, 6.2, 6.3]
    for length, answer in zip(lengths, pool.map(lambda s: matrix.stitch(chain, "--duration", str(s)), lengths)):
        print(f"a0…a5 to {length} s: {answer}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    for name in ("set", "chunks", "audio"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--pairs", type=int, default=sys.maxsize)
    parser.add_argument("--triples", type=int, default=0)
    parser.add_argument("--all-triples", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as work, concurrent.futures.ThreadPoolExecutor(2) as pool:
        matrix = Matrix(options, work)
        singles(matrix, pool)
        trims(matrix, pool)
        kinds = [c for c in matrix.cases if c.name not in ALIKE]
        pairs = list(itertools.product(kinds, repeat=2))
        plain = [pair for pair in pairs if "a0.mp4" in (pair[0].name, pair[1].name)]
        others = [pair for pair in pairs if pair not in plain]
        random.Random(1).shuffle(others)
        several(matrix, pool, plain + others[: options.pairs], "pairs")
        if options.all_triples or options.triples:
            triples = list(itertools.product([c for c in kinds if c.can_be_shown], repeat=3))
            random.Random(1).shuffle(triples)
            several(matrix, pool, triples if options.all_triples else triples[: options.triples], "triples")
        left = os.listdir(work)
        if left:
            matrix.fault("all", f"left {left}")
    for fault in matrix.faults:
        print(f"WRONG {fault}", file=sys.stderr)
    print(f"{len(matrix.faults)} wrong")
    sys.exit(1 if matrix.faults else 0)


if __name__ == "__main__":
    main()
