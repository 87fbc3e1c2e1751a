#!/usr/bin/env python3
"""Measures uploads and downloads of `longtake-chunks store` and of boto3, in turns, against the same server.

One JSON object per figure on stdout. boto3 moves the large file by upload_file and download_file with their
defaults (8 MB parts, 10 threads), the small objects by put_object and get_object in a pool of 10 threads. Ours also
writes conditionally, verifies every object after writing and every byte after reading. Both time themselves, so
starting Python or the tool does not count.
"""
import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--tool", required=True)
parser.add_argument("--endpoint", required=True)
parser.add_argument("--folder", required=True)
parser.add_argument("--rounds", type=int, default=7)
options = parser.parse_args()
bucket = "films"
environment = dict(
    os.environ, LONGTAKE_S3_BUCKET=bucket, LONGTAKE_S3_ENDPOINT=options.endpoint, AWS_ACCESS_KEY_ID="key",
    AWS_SECRET_ACCESS_KEY="secret", LONGTAKE_CACHE_DIR=f"{options.folder}/cache")
client = boto3.client(
    "s3", endpoint_url=options.endpoint, region_name="us-east-1", aws_access_key_id="key",
    aws_secret_access_key="secret", config=Config(s3={"addressing_style": "path"}))


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def ours(*arguments):
    """What `store` did: its own time, and the hash of each key."""
    result = subprocess.run([options.tool, "store", *arguments], env=environment, check=True, text=True, stdout=subprocess.PIPE)
    *lines, total = result.stdout.strip().splitlines()
    hashes = {line.split("\t")[2]: line.split("\t")[1] for line in lines}
    return float(total.split(", ")[2].split()[0]), hashes


def timed(work):
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def put(key, path):
    with open(path, "rb") as file:
        client.put_object(Bucket=bucket, Key=key, Body=file)


def get(key, path):
    with open(path, "wb") as file:
        for piece in client.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(1 << 20):
            file.write(piece)


def pooled(work, pairs):
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda pair: work(*pair), pairs))


def check(expected, folder):
    for name, digest in expected.items():
        if sha256(f"{folder}/{name}") != digest:
            sys.exit(f"{name} came back with other bytes")


def fresh(name):
    path = f"{options.folder}/{name}"
    shutil.rmtree(path, ignore_errors=True)
    os.makedirs(path)
    return path


def round_of(files, digests, large):
    """Seconds of one pair: up and down, ours and theirs; the order alternates with the round."""
    mine, other = (f"ada/videos/{uuid.uuid4()}" for _ in range(2))
    down = fresh("down")
    pairs = [(f"{other}/{os.path.basename(path)}", path) for path in files]
    back = [(key, f"{down}/{os.path.basename(path)}") for key, path in pairs]

    def our_turn():
        up, hashes = ours("put", "--to", mine, *files)
        if sorted(hashes.values()) != sorted(digests.values()):
            sys.exit("what was stored is not what was sent")
        fetched, _ = ours("get", "--to", down, *hashes)
        check(digests, down)
        return up, fetched

    def their_turn():
        if large:
            up = timed(lambda: [client.upload_file(path, bucket, key) for key, path in pairs])
            fetched = timed(lambda: [client.download_file(bucket, key, path) for key, path in back])
        else:
            up, fetched = timed(lambda: pooled(put, pairs)), timed(lambda: pooled(get, back))
        check(digests, down)
        return up, fetched

    round_of.turn = not getattr(round_of, "turn", False)
    first, second = (our_turn, their_turn) if round_of.turn else (their_turn, our_turn)
    results = {first: first()}
    fresh("down")
    results[second] = second()
    for key in [key for key, _ in pairs] + [f"{mine}/{os.path.basename(path)}" for path in files]:
        client.delete_object(Bucket=bucket, Key=key)
    return results[our_turn], results[their_turn]


def measure(name, count, size, large):
    folder = fresh("files")
    files = [f"{folder}/{name.replace(' ', '_')}_{index:03}.mp4" for index in range(count)]
    for path in files:
        with open(path, "wb") as file:
            file.write(os.urandom(size))
    digests = {os.path.basename(path): sha256(path) for path in files}
    round_of(files, digests, large)
    rounds = [round_of(files, digests, large) for _ in range(options.rounds)]
    megabytes = count * size / 1e6
    for index, direction in enumerate(["up", "down"]):
        speed = [megabytes / statistics.median(pair[side][index] for pair in rounds) for side in (0, 1)]
        print(f"{name} {direction}: {[tuple(round(pair[side][index], 3) for side in (0, 1)) for pair in rounds]}", file=sys.stderr)
        figure = {"name": f"storage: {name} {direction}", "ours": round(speed[0], 1), "theirs": round(speed[1], 1),
                  "ratio": round(speed[0] / speed[1], 2), "unit": "MB/s"}
        print(json.dumps(figure), flush=True)


measure("100 MB", 1, 100_000_000, True)
measure("200 x 100 kB", 200, 100_000, False)
