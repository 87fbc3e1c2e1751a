"""Media work against public tools on the same files, as whole processes unless said otherwise.

Prints one JSON object a figure: ours and theirs are medians, the ratio is ours over theirs. A result that is wrong
ends it with 1. Called by compose/benchmarks/media.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

FRAMES = 900
MOVIEPY = "from moviepy import VideoFileClip as V; import sys; c=V(sys.argv[1]); c.save_frame(sys.argv[2], t=c.duration-0.034)"
PYAV_LAST = """
import av, sys
with av.open(sys.argv[1]) as c:
    s = c.streams.video[0]; s.thread_type = 'AUTO'
    for f in c.decode(s): pass
    f.to_image().save(sys.argv[2])
"""
PYAV_STITCH = """
import av, sys
with av.open(sys.argv[1], 'w', options={'movflags': 'faststart'}) as o:
    out, offset = None, 0
    for name in sys.argv[2:]:
        with av.open(name) as c:
            s = c.streams.video[0]; end = 0
            out = out or o.add_stream_from_template(s)
            for p in c.demux(s):
                if p.dts is None: continue
                end = max(end, p.pts + p.duration); p.pts += offset; p.dts += offset; p.stream = out; o.mux(p)
            offset += end
"""
PNG_PILLOW = "from PIL import Image; import sys; Image.open(sys.argv[1]).convert('RGB').save(sys.argv[2])"
ZOOM = "zoompan=z='1+0.001*on':d=150:s=1280x720:fps=30,format=yuv420p"
MOVIEPY_ZOOM = """
from moviepy import ImageClip; import sys
c = ImageClip(sys.argv[1], duration=5).resized(lambda t: 1 + 0.03 * t)
c.cropped(x_center=640, y_center=360, width=1280, height=720).write_videofile(
    sys.argv[2], fps=30, preset='superfast', logger=None)
"""


def run(command):
    """Wall seconds, processor seconds and MiB of memory of a process that must succeed."""
    with tempfile.TemporaryFile() as log:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            log.seek(0)
            sys.exit(f"{command[:3]} ended with {process.returncode}: {log.read().decode()[-500:]}")
        return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def compare(commands, rounds):
    """Runs them in turn, so that a busy moment hits all; the medians of each."""
    taken = [[] for _ in commands]
    for command in commands:
        run(command)
    for _ in range(rounds):
        for index, command in enumerate(commands):
            taken[index].append(run(command))
    return [tuple(statistics.median(column) for column in zip(*runs)) for runs in taken]


def figure(name, ours, theirs, unit, limit=None):
    ratio = round(ours / theirs, 3)
    line = {"name": name, "ours": round(ours, 3), "theirs": round(theirs, 3), "ratio": ratio, "unit": unit}
    if limit is not None:
        line |= {"limit": limit, "holds": ratio <= limit}
    print(json.dumps(line), flush=True)


def figures(name, rivals, ours, theirs, limits=()):
    for rival, other, limit in zip(rivals, theirs, list(limits) + [None] * len(theirs)):
        figure(f"{name} / {rival}", ours[0], other[0], "s wall", limit)
        figure(f"{name} / {rival}, processor", ours[1], other[1], "s cpu", limit)
    figure(f"{name} / {rivals[0]}, memory", ours[2], theirs[0][2], "MiB", 1.0)


def check(name, is_right, why=""):
    if not is_right:
        sys.exit(f"{name} is wrong: {why}")


def hashes(path, *extra):
    out = subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, *extra, "-map", "0:v", "-vsync", "passthrough",
                          "-f", "framemd5", "-"], capture_output=True, text=True, check=True).stdout
    return [line.rsplit(",", 1)[1].strip() for line in out.splitlines() if not line.startswith("#")]


def pixels(path, *extra):
    return subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-i", path, *extra, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
                          capture_output=True, check=True).stdout


def counted(path):
    out = subprocess.run(["ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                          "stream=nb_read_frames,duration,avg_frame_rate", "-of", "json", path],
                         capture_output=True, text=True, check=True).stdout
    stream = json.loads(out)["streams"][0]
    return int(stream["nb_read_frames"]), float(stream["duration"]), stream["avg_frame_rate"]


class Bench:
    def __init__(self, options):
        self.o = options
        self.rounds = options.rounds
        self.folder = options.folder
        self.clips = [self.file(f"chunk_0{k}.mp4") for k in range(6)]
        self.python = sys.executable

    def file(self, name):
        return os.path.join(self.folder, name)

    def last_frame(self):
        clip, out = self.clips[1], self.file("ours.png")
        ours, *theirs = compare(
            [[self.o.chunks, "last-frame", clip, out],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-sseof", "-0.1", "-i", clip, "-update", "1", self.file("ffmpeg.png")],
             [self.python, "-c", MOVIEPY, clip, self.file("moviepy.png")],
             [self.python, "-c", PYAV_LAST, clip, self.file("pyav.png")]], self.rounds)
        flags = "scale=in_color_matrix=bt709:in_h_chr_pos=0:in_v_chr_pos=128:flags=accurate_rnd+full_chroma_int+full_chroma_inp+bicubic"
        want = pixels(clip, "-vf", f"select=eq(n\\,149),{flags}", "-frames:v", "1")
        own = pixels(out)
        worst = max(abs(a - b) for a, b in zip(own[::97], want[::97]))
        check("last frame", len(own) == len(want) and worst <= 3, f"differs by {worst}")
        figures("last frame", ["ffmpeg -sseof", "moviepy", "PyAV + Pillow"], ours, theirs, [0.65, 0.4, 0.6])

    def stitch(self):
        out, list_file = self.file("ours.mp4"), self.file("list.txt")
        ours, *theirs = compare(
            [[self.o.chunks, "stitch", "--duration", "30", "--output", out, *self.clips],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-f", "concat", "-i", list_file, "-c", "copy", "-movflags",
              "+faststart", self.file("ffmpeg.mp4")],
             [self.python, "-c", PYAV_STITCH, self.file("pyav.mp4"), *self.clips]], self.rounds * 2)
        check("stitch", counted(out) == (FRAMES, 30.0, "30/1"), counted(out))
        check("stitch", hashes(out) == [h for clip in self.clips for h in hashes(clip)], "frames differ from the clips'")
        figures("stitch", ["ffmpeg concat -c copy", "PyAV"], ours, theirs, [0.5])
        inside = self.inside(["join", out, str(FRAMES), *self.clips], ["cat", self.file("cat.bin"), *self.clips])
        figure("stitch / cat of the same bytes, in process", *inside, "ms", 1.5)

    def inside(self, ours, theirs):
        """The least of many runs in fresh processes, in milliseconds."""
        taken = ([], [])
        for _ in range(self.rounds * 4):
            for index, arguments in enumerate((ours, theirs)):
                out = subprocess.run([self.o.bench, *arguments], capture_output=True, text=True, check=True).stdout
                taken[index].append(float(out))
        return statistics.median(taken[0]), statistics.median(taken[1])

    def encode(self):
        """The same chunks as Matroska, whose times are no grid: everything is encoded again."""
        inputs = []
        for k, clip in enumerate(self.clips[:2]):
            inputs.append(self.file(f"chunk_0{k}.mkv"))
            run(["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", clip, "-c", "copy", inputs[-1]])
        out = self.file("encoded.mp4")
        theirs_out = self.file("ffmpeg-encoded.mp4")
        x264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-g", "30", "-keyint_min", "30", "-bf", "2",
                "-sc_threshold", "0", "-x264-params", "b-pyramid=none:open-gop=0", "-profile:v", "high", "-threads", "2"]
        ours, theirs = compare(
            [[self.o.chunks, "stitch", "--duration", "10", "--output", out, *inputs],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", inputs[0], "-i", inputs[1], "-filter_complex",
              "[0:v][1:v]concat=n=2,fps=30", *x264, "-movflags", "+faststart", theirs_out]], max(3, self.rounds // 2))
        check("encode", counted(out) == (300, 10.0, "30/1"), counted(out))
        quality = [self.quality(path) for path in (out, theirs_out)]
        check("encode", quality[0] >= quality[1] - 0.2, f"PSNR {quality}")
        figures("encode again", ["ffmpeg concat filter"], ours, [theirs], [1.05])

    def quality(self, path):
        """The peak signal-to-noise ratio of luma against the clips, in decibels."""
        out = subprocess.run(
            ["ffmpeg", "-nostdin", "-i", path, "-i", self.clips[0], "-i", self.clips[1], "-filter_complex",
             "[1:v][2:v]concat=n=2[w];[0:v][w]psnr", "-f", "null", "-"], capture_output=True, text=True).stderr
        return float(out.split("PSNR y:")[1].split()[0])

    def mix(self):
        video, music, out = self.file("ours.mp4"), self.file("music.mp3"), self.file("mixed.mp4")
        ours, theirs = compare(
            [[self.o.audio, "mix", "--video", video, "--music", music, "--output", out],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", video, "-i", music, "-map", "0:v", "-map", "1:a", "-c:v", "copy",
              "-af", "volume=0.7", "-c:a", "aac", "-b:a", "192k", "-t", "30", "-movflags", "+faststart",
              self.file("ffmpeg-mixed.mp4")]], self.rounds)
        check("mix", counted(out) == (FRAMES, 30.0, "30/1"), counted(out))
        check("mix", hashes(out) == hashes(video), "the pictures changed")
        figures("mix", ["ffmpeg copy + AAC"], ours, [theirs], [0.6])

    def png(self):
        """A clip of one frame: little but the PNG is left."""
        single, out = self.file("single.mp4"), self.file("single.png")
        run(["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", self.clips[0], "-frames:v", "1", "-c:v", "libx264", "-crf", "10", single])
        ours, *theirs = compare(
            [[self.o.chunks, "last-frame", single, out],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-i", single, "-update", "1", self.file("ffmpeg-single.png")],
             [self.python, "-c", PNG_PILLOW, self.file("ffmpeg.png"), self.file("pillow.png")]], self.rounds)
        check("png", len(pixels(out)) == 1280 * 720 * 3)
        figures("one picture to PNG", ["ffmpeg", "Pillow"], ours, theirs)
        figure("one picture to PNG, bytes", os.path.getsize(out), os.path.getsize(self.file("ffmpeg-single.png")), "bytes")

    def animatic(self):
        still, out = self.file("ours.png"), self.file("animatic.mp4")
        ours, *theirs = compare(
            [[self.o.bench, "animatic", out],
             ["ffmpeg", "-nostdin", "-y", "-v", "error", "-loop", "1", "-i", still, "-vf", f"scale=5120:-1,{ZOOM}", "-frames:v",
              "150", "-c:v", "libx264", "-preset", "superfast", "-crf", "19", "-threads", "2", self.file("zoom.mp4")],
             [self.python, "-c", MOVIEPY_ZOOM, still, self.file("moviepy.mp4")]], max(2, self.rounds // 2))
        check("animatic", counted(out) == (150, 5.0, "30/1"), counted(out))
        figures("animatic", ["ffmpeg zoompan (4x)", "moviepy"], ours, theirs)
        figure("animatic / real time", ours[0], 5.0, "s wall", 0.4)


def main():
    parser = argparse.ArgumentParser()
    for name in ("folder", "chunks", "audio", "bench"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    bench = Bench(options)
    for name in options.names or ["last_frame", "stitch", "encode", "mix", "png", "animatic"]:
        getattr(bench, name)()


if __name__ == "__main__":
    main()
