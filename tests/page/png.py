# SPDX-License-Identifier: BSD-2-Clause
"""Pixels of a PNG (ISO/IEC 15948) of 8 bits a sample, RGB or RGBA, not
interlaced: what browsers make."""
import struct
import zlib


def unfilter(kind, line, above, size):
    for i in range(len(line)):
        a = line[i - size] if i >= size else 0
        b = above[i]
        if kind == 1:
            line[i] = (line[i] + a) & 255
        elif kind == 2:
            line[i] = (line[i] + b) & 255
        elif kind == 3:
            line[i] = (line[i] + (a + b) // 2) & 255
        elif kind == 4:
            c = above[i - size] if i >= size else 0
            p = a + b - c
            near = min((abs(p - a), 0, a), (abs(p - b), 1, b),
                       (abs(p - c), 2, c))
            line[i] = (line[i] + near[2]) & 255


class Image:
    """in: a PNG; out: width, height, at(x, y) and find(colour)"""

    def __init__(self, data):
        assert data[:8] == b"\x89PNG\r\n\x1a\n"
        at, packed = 8, b""
        while at < len(data):
            n, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + n]
            if kind == b"IHDR":
                self.width, self.height, bits, colours, _, _, laced = \
                    struct.unpack(">IIBBBBB", body)
                assert bits == 8 and colours in (2, 6) and laced == 0
                size = 3 if colours == 2 else 4
            elif kind == b"IDAT":
                packed += body
            at += 12 + n
        raw = zlib.decompress(packed)
        step = self.width * size
        above = bytearray(step)
        self.lines, self.size = [], size
        for y in range(self.height):
            start = y * (step + 1)
            line = bytearray(raw[start + 1:start + 1 + step])
            unfilter(raw[start], line, above, size)
            self.lines.append(line)
            above = line

    def at(self, x, y):
        return tuple(self.lines[y][x * self.size:x * self.size + 3])

    def find(self, colour):
        """The smallest box (left, top, right, bottom; the ends are out of
        it) that holds all pixels of a colour, or None."""
        xs, ys, want = [], [], bytes(colour)
        for y, line in enumerate(self.lines):
            i = line.find(want)
            while i >= 0:
                if i % self.size == 0:
                    xs.append(i // self.size)
                    ys.append(y)
                i = line.find(want, i + 1)
        if not xs:
            return None
        return min(xs), min(ys), max(xs) + 1, max(ys) + 1
