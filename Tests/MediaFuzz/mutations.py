"""Ways to make hostile media out of sound media. Each takes random.Random and bytes and returns bytes."""

import random
import struct
import zlib

CONTAINERS = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"moof", b"traf", b"mvex", b"udta"}
NUMBERS = [0, 1, 2, 7, 8, 0x7F, 0xFF, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF]


def boxes(data, start=0, end=None, depth=0):
    """Offsets, sizes and types of the boxes of an MP4, containers before what is in them."""
    end = len(data) if end is None else end
    found = []
    while start + 8 <= end and len(found) < 4000:
        size, kind = struct.unpack_from(">I4s", data, start)
        if size < 8 or start + size > end:
            break
        found.append((start, size, kind))
        if kind in CONTAINERS and depth < 8:
            found += boxes(data, start + 8, start + size, depth + 1)
        elif kind == b"stsd":
            found += boxes(data, start + 16, start + size, depth + 1)
        elif kind in (b"avc1", b"avc3", b"hvc1", b"vp09"):
            found += boxes(data, start + 86, start + size, depth + 1)
        start += size
    return found


def flip(r, data, low=0, high=None):
    data = bytearray(data)
    high = len(data) if high is None else high
    for _ in range(r.choice([1, 1, 2, 4, 16, 64])):
        if high > low:
            data[r.randrange(low, high)] ^= 1 << r.randrange(8)
    return bytes(data)


def flip_head(r, data):
    return flip(r, data, 0, min(len(data), 4096))


def flip_index(r, data):
    """Flips bits outside the media itself, where parsers are."""
    places = [b for b in boxes(data) if b[2] not in (b"mdat", b"free") and b[2] not in CONTAINERS]
    if not places:
        return flip_head(r, data)
    start, size, _ = r.choice(places)
    return flip(r, data, start + 8, start + size)


def number(r, data):
    """Puts a telling number where a 32-bit number of a box was."""
    places = [b for b in boxes(data) if b[2] not in (b"mdat", b"free") and b[1] >= 12]
    if not places:
        return flip_head(r, data)
    data = bytearray(data)
    for _ in range(r.choice([1, 1, 2, 3])):
        start, size, _ = r.choice(places)
        at = start + 4 * r.randrange(min(size // 4, 64))
        if at + 4 <= len(data):
            struct.pack_into(">I", data, at, r.choice(NUMBERS + [r.getrandbits(32)]))
    return bytes(data)


def box_size(r, data):
    found = boxes(data)
    if not found:
        return flip_head(r, data)
    data = bytearray(data)
    start, size, _ = r.choice(found)
    struct.pack_into(">I", data, start, r.choice(NUMBERS + [size - 1, size + 1, size * 2 & 0xFFFFFFFF]))
    return bytes(data)


def box_type(r, data):
    found = boxes(data)
    if not found:
        return flip_head(r, data)
    data = bytearray(data)
    start = r.choice(found)[0]
    kinds = [b[2] for b in found] + [b"wide", b"cmov", b"meta", b"uuid", b"sidx", b"dref", b"tfra", b"senc", b"cmvd"]
    data[start + 4 : start + 8] = r.choice(kinds)
    return bytes(data)


def box_again(r, data):
    """Repeats or moves a box."""
    found = boxes(data)
    if not found:
        return splice(r, data, data)
    start, size, _ = r.choice(found)
    at = r.choice(found)[0]
    piece = data[start : start + size] * r.choice([1, 1, 2, 40])
    return data[:at] + piece + data[at:]


def cut(r, data):
    return data[: r.randrange(len(data) + 1)]


def hole(r, data):
    if len(data) < 2:
        return data
    start = r.randrange(len(data))
    return data[:start] + data[min(len(data), start + r.choice([1, 4, 100, 5000])) :]


def zeroes(r, data):
    if not data:
        return data
    start = r.randrange(len(data))
    length = min(len(data) - start, r.choice([1, 4, 100, 2000]))
    return data[:start] + bytes([r.choice([0, 0xFF])]) * length + data[start + length :]


def splice(r, data, other):
    return data[: r.randrange(len(data) + 1)] + other[r.randrange(len(other) + 1) :]


def huge_size(r, data):
    """Claims huge pictures in the track and in the sample description."""
    data = bytearray(data)
    for start, size, kind in boxes(bytes(data)):
        width, height = r.choice([(65535, 65535), (8192, 8192), (16384, 2), (1, 65535), (0, 0)])
        if kind in (b"avc1", b"avc3", b"hvc1", b"vp09") and size > 36:
            struct.pack_into(">HH", data, start + 32, width, height)
        if kind == b"tkhd" and size >= 92:
            struct.pack_into(">II", data, start + 84, width << 16, height << 16)
    return bytes(data)


def slow_motion(r, data):
    """Ten hours at one frame a second, or worse, by another time base."""
    data = bytearray(data)
    for start, size, kind in boxes(bytes(data)):
        if kind == b"mdhd" and size >= 32:
            struct.pack_into(">I", data, start + 20, r.choice([1, 2, 10, 0, 0xFFFFFFFF]))
        if kind == b"stts" and size >= 24 and r.random() < 0.7:
            struct.pack_into(">II", data, start + 16, r.choice([25, 1, 36000, 0x7FFFFFFF]), r.choice([512, 1, 3600]))
    return bytes(data)


MP4 = [flip, flip_index, flip_index, number, number, number, box_size, box_type, box_again, cut, hole, zeroes,
       huge_size, slow_motion]
OTHERS = [flip, flip_head, flip_head, cut, hole, zeroes]


def nested(r):
    """Boxes in boxes, deeper than a stack."""
    depth = r.choice([10, 200, 5000, 60000])
    kind = r.choice([b"moov", b"trak", b"udta", b"meta"])
    inner = b""
    header = struct.pack(">I4s", 0xFFFFFF, kind)
    inner = header * depth
    return struct.pack(">I4s4sI", 16, b"ftyp", b"isom", 512) + inner


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(r):
    """A PNG whose header promises what nobody should allocate, or whose data is a bomb."""
    width, height = r.choice([(65535, 65535), (8192, 8192), (8193, 1), (1, 0x7FFFFFFF), (0, 5), (4000, 4000), (64, 64)])
    depth, colour = r.choice([(8, 2), (16, 6), (1, 0), (8, 3), (16, 2), (8, 9)])
    raw = bytes(r.choice([10, 100_000, 20_000_000]))
    data = zlib.compress(raw, 9)
    body = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, r.choice([0, 1])))
    if r.random() < 0.3:
        body += png_chunk(b"acTL", struct.pack(">II", r.choice(NUMBERS), 0))
    return b"\x89PNG\r\n\x1a\n" + body + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def scripts(canary, port):
    """Files that ask their reader to open another file or to use the network."""
    urls = [f"file:{canary}", canary, f"http://127.0.0.1:{port}/x.mp4", f"tcp://127.0.0.1:{port}", f"concat:{canary}",
            f"subfile,,start,0,end,0,,:{canary}", "data:text/plain,hello", f"crypto:{canary}", f"async:file:{canary}",
            f"udp://127.0.0.1:{port}", f"rtmp://127.0.0.1:{port}/a", "/dev/zero", "/etc/hostname"]
    for url in urls:
        yield f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:5\n#EXTINF:5,\n{url}\n#EXT-X-ENDLIST\n".encode()
        yield f'#EXTM3U\n#EXT-X-MAP:URI="{url}"\n#EXT-X-KEY:METHOD=AES-128,URI="{url}"\n#EXTINF:5,\n{url}\n'.encode()
        yield f"ffconcat version 1.0\nfile '{url}'\nduration 5\n".encode()
        yield f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{url}" width="9" height="9"/></svg>'.encode()
        yield (f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"><Period>'
               f"<AdaptationSet><Representation id='1' mimeType='video/mp4'><BaseURL>{url}</BaseURL>"
               "</Representation></AdaptationSet></Period></MPD>").encode()
        yield f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video {port} RTP/AVP 96\na=control:{url}\n".encode()
        yield f"[playlist]\nFile1={url}\nNumberOfEntries=1\n".encode()
        yield f'<ASX version="3.0"><Entry><Ref href="{url}"/></Entry></ASX>'.encode()
        yield f"RTSPtext{url}".encode()
        yield f"[Reference]\nRef1={url}\n".encode()
        reference = url.encode()
        alias = struct.pack(">I4sI", 12 + len(reference) + 1, b"url ", 0) + reference + b"\0"
        dref = struct.pack(">I4sII", 16 + len(alias), b"dref", 0, 1) + alias
        rdrf = struct.pack(">I4sI4sI", 20 + len(reference), b"rdrf", 0, b"url ", len(reference)) + reference
        rmda = struct.pack(">I4s", 8 + len(rdrf), b"rmda") + rdrf
        rmra = struct.pack(">I4s", 8 + len(rmda), b"rmra") + rmda
        moov = struct.pack(">I4s", 8 + len(rmra) + len(dref), b"moov") + rmra + dref
        yield struct.pack(">I4s4sI", 16, b"ftyp", b"qt  ", 512) + moov


def outside(r, data, canary):
    """Says that the samples lie in another file (`dref` without the flag “in this file”)."""
    data = bytearray(data)
    for start, size, kind in boxes(bytes(data)):
        if kind == b"dref" and size >= 28:
            struct.pack_into(">I", data, start + 24, 0)
            name = (canary.encode() + b"\0")[:8]
            alias = r.choice([b"url ", b"alis", b"urn "])
            data[start + 20 : start + 24] = alias
            return bytes(data[: start + 28]) + name[: max(0, size - 28)] + bytes(data[start + 28 :])
    return bytes(data)
