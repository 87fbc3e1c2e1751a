"""Feeds mutated media to the reader and watches it. Called by compose/fuzz."""

import argparse
import collections
import json
import os
import random
import resource
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

import mutations as m

MEMORY = 4 << 30  # of address space; the reader's libraries take some 300 MB of it
CPU_SECONDS = 120  # for all entry points together on one file
WALL_SECONDS = 600
ALLOWED = ("/proc/", "/sys/devices/system/cpu", "/sys/fs/cgroup", "/dev/urandom", "/etc/localtime")


class Reader:
    """The child process; a new one after every end."""

    def __init__(self, program, good, folder):
        self.program, self.good, self.folder = program, good, folder
        self.trace = os.path.join(folder, "trace")
        self.process = None

    def start(self):
        command = [self.program, self.good, self.folder]
        if shutil.which("strace"):
            watched = "openat,open,creat,connect,socket,execve,unlink,rename,truncate"
            command = ["strace", "-f", "--seccomp-bpf", "-qq", "-e", f"trace={watched}", "-o", self.trace] + command
        self.position, self.began = 0, False
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True, text=True, bufsize=1,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)))

    def ask(self, path):
        """The answer for a file, or what went wrong."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        try:
            self.process.stdin.write(path + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            return None, f"ended with {self.process.wait()}"
        begun, used = time.monotonic(), self.cpu()
        while True:
            ready, _, _ = select.select([self.process.stdout], [], [], 1)
            if ready:
                line = self.process.stdout.readline()
                if not line:
                    return None, f"ended with {self.process.wait()}"
                return dict(part.split("=") for part in line.strip().split("\t")), None
            if self.cpu() - used > CPU_SECONDS or time.monotonic() - begun > WALL_SECONDS:
                self.stop()
                return None, "took too long"

    def cpu(self):
        """The processor time of the process group, in seconds."""
        total = 0
        for name in os.listdir("/proc"):
            if not name.isdigit():
                continue
            try:
                with open(f"/proc/{name}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid:
                total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def reached_out(self):
        """What the reader opened since the last call that is none of its business."""
        if not os.path.exists(self.trace):
            return None
        with open(self.trace) as file:
            file.seek(self.position)
            lines = file.readlines()
            self.position = file.tell()
        if not self.began:
            # What loads the program and its libraries comes before the first case.
            first = next((i for i, line in enumerate(lines) if f'"{self.folder}/case.' in line), None)
            self.began, lines = first is not None, lines[first:] if first is not None else []
        for line in lines:
            if "socket(" in line or "connect(" in line or "execve(" in line:
                return line.strip()
            if "open" in line and '"' in line:
                name = line.split('"')[1]
                if not name.startswith((self.folder, self.good) + ALLOWED):
                    return line.strip()
        return None


class Fuzz:
    def __init__(self, options):
        self.random = random.Random(options.seed)
        self.options = options
        self.work = tempfile.mkdtemp(prefix="longtake-fuzz-", dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        self.findings = os.path.join(options.folder, "findings")
        os.makedirs(self.findings, exist_ok=True)
        names = sorted(name for name in os.listdir(options.set) if name[0] != ".")
        self.seeds = {}
        for name in names:
            with open(os.path.join(options.set, name), "rb") as file:
                self.seeds[name] = file.read()
        self.canary = os.path.join(options.set, "a0.mp4")
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.setblocking(False)
        good = os.path.join(self.work, "good.mp4")
        shutil.copy(os.path.join(options.set, "b0.mp4"), good)
        self.reader = Reader(os.path.abspath(options.reader), good, self.work)
        self.answers = collections.Counter()
        self.count = 0
        self.found = []

    def cases(self):
        """Every script once, then mutations for ever: kind, bytes, whether it must be refused."""
        port = self.listener.getsockname()[1]
        for text in m.scripts(os.path.abspath(self.canary), port):
            yield "script", text, True
        for name, data in self.seeds.items():
            yield f"seed {name}", data, name.startswith("broken")
        r = self.random
        names = [n for n in self.seeds if self.seeds[n]]
        while True:
            name = r.choice(names)
            data = self.seeds[name]
            dice = r.random()
            if dice < 0.02:
                yield "nested", m.nested(r), True
            elif dice < 0.06:
                yield "png", r.choice([m.png(r), m.flip(r, m.png(r))]), False
            elif dice < 0.08:
                yield f"outside {name}", m.outside(r, data, os.path.abspath(self.canary)), False
            elif dice < 0.13:
                yield f"splice {name}", m.splice(r, data, self.seeds[r.choice(names)]), False
            else:
                ways = m.MP4 if name.endswith(".mp4") else m.OTHERS
                kinds = [r.choice(ways) for _ in range(r.choice([1, 1, 1, 2, 3]))]
                for way in kinds:
                    data = way(r, data) if data else data
                yield " ".join([w.__name__ for w in kinds] + [name]), data, False

    def run(self):
        end = time.monotonic() + self.options.minutes * 60
        begun = time.monotonic()
        for kind, data, must_refuse in self.cases():
            if time.monotonic() > end:
                break
            self.one(kind, data, must_refuse)
        self.reader.stop()
        shutil.rmtree(self.work)
        self.report((time.monotonic() - begun) / 60)
        return 1 if self.found else 0

    def one(self, kind, data, must_refuse):
        extension = self.random.choice(["mp4", "mp4", "mp4", "mkv", "mp3", "png", "m3u8", "ts"])
        path = os.path.join(self.work, f"case.{extension}")
        with open(path, "wb") as file:
            file.write(data)
        answers, fault = self.reader.ask(path)
        self.count += 1
        if answers:
            self.answers.update(f"{entry} {answer}" for entry, answer in answers.items())
            if must_refuse and any(answers[e] == "ok" for e in answers if e not in ("probe", "count")):
                fault = f"was accepted: {answers}"
        if fault:
            self.left_behind()
        fault = fault or self.reader.reached_out() or self.left_behind() or self.called()
        if fault:
            self.keep(kind, data, fault)
        os.remove(path)

    def left_behind(self):
        known = ("case.", "good.mp4", "trace")
        stray = [n for n in os.listdir(self.work) if not n.startswith(known) and n not in ("out.mp4", "out.png")]
        for name in stray:
            os.remove(os.path.join(self.work, name))
        return f"left {stray}" if stray else None

    def called(self):
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return None
        connection.close()
        return "reached the network"

    def keep(self, kind, data, fault):
        name = f"{int(time.time())}-{self.count}"
        with open(os.path.join(self.findings, name), "wb") as file:
            file.write(data)
        self.found.append({"file": name, "kind": kind, "fault": fault})
        print(f"FINDING {name}: {kind}: {fault}", file=sys.stderr, flush=True)

    def report(self, minutes):
        path = os.path.join(self.options.folder, "total.json")
        total = {"files": 0, "minutes": 0, "findings": [], "answers": {}}
        if os.path.exists(path):
            with open(path) as file:
                total = json.load(file)
        total["files"] += self.count
        total["minutes"] = round(total["minutes"] + minutes, 1)
        total["findings"] += self.found
        for key, value in self.answers.items():
            total["answers"][key] = total["answers"].get(key, 0) + value
        with open(path, "w") as file:
            json.dump(total, file, indent=1, sort_keys=True)
        print(f"{self.count} files in {minutes:.1f} minutes, {len(self.found)} findings; in all runs {total['files']} "
              f"files in {total['minutes']} minutes")


def main():
    parser = argparse.ArgumentParser()
    for name in ("reader", "set", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    sys.exit(Fuzz(parser.parse_args()).run())


if __name__ == "__main__":
    main()
