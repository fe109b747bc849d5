"""What a power cut may leave of files, from the journal that shims/journal.c wrote.

Synced is kept. Of everything else each 512-byte sector holds any of the versions it had since the
last sync, sizes may or may not have grown, and names made or removed since the folder's last sync
may or may not be there.
"""

import struct

CREATE, WRITE, TRUNCATE, SYNC, SYNC_FOLDER, UNLINK = range(6)
DATABASE = 1
NAMES = {DATABASE: "herald.db", 2: "herald.db-wal", 4: "herald.db-journal"}  # by enum file of disk.h
HEAD = struct.Struct("=IIQQ")
SECTOR = 512


def entries(path):
    """(entry, file, offset, bytes) in order."""
    with open(path, "rb") as file:
        while len(head := file.read(HEAD.size)) == HEAD.size:
            entry, kind, offset, length = HEAD.unpack(head)
            yield entry, kind, offset, file.read(length) if length else b""


class File:
    """One inode: what is surely on disk, and what was done since."""

    def __init__(self):
        self.durable, self.pending = bytearray(), []

    def sync(self):
        for entry in self.pending:
            apply(self.durable, *entry)
        self.pending.clear()

    def after_cut(self, random):
        image = bytearray(self.durable)
        luck = random.choice((0.0, 0.5, 0.5, 0.5, 0.9, 1.0))  # of each sector to have been written
        for entry, offset, data in self.pending:
            if entry == TRUNCATE:
                if random.random() < luck:
                    apply(image, entry, offset, data)
                continue
            torn = random.random() < 0.5
            if not torn and random.random() < luck:
                apply(image, entry, offset, data)
            elif torn:
                for at, piece in sectors(offset, data):
                    if random.random() < luck:
                        apply(image, WRITE, at, piece)
            elif random.random() < 0.5 and offset + len(data) > len(image):
                image.extend(bytes(offset + len(data) - len(image)))  # the size came, not the data
        return image


def apply(image, entry, offset, data):
    if entry == TRUNCATE:
        if offset < len(image):
            del image[offset:]
        else:
            image.extend(bytes(offset - len(image)))
        return
    if offset > len(image):
        image.extend(bytes(offset - len(image)))
    image[offset:offset + len(data)] = data


def sectors(offset, data):
    start = 0
    while start < len(data):
        size = SECTOR - (offset + start) % SECTOR
        yield offset + start, data[start:start + size]
        start += size


class Disk:
    """The folder, played forward entry by entry."""

    def __init__(self):
        self.names, self.durable_names, self.pending = {}, {}, []

    def play(self, entry, kind, offset, data):
        if entry == SYNC_FOLDER:
            self.durable_names = dict(self.names)
            self.pending.clear()
        elif entry == UNLINK:
            self.names.pop(kind, None)
            self.pending.append((kind, None))
        elif entry == CREATE:
            self.names[kind] = File()
            self.pending.append((kind, self.names[kind]))
        elif entry == SYNC:
            self.names[kind].sync()
        else:
            self.names[kind].pending.append((entry, offset, data))

    def cut(self, random, folder):
        """Writes what is left into `folder`. Names change in order, as journals of file systems
        keep it."""
        names = dict(self.durable_names)
        for kind, file in self.pending[:random.randint(0, len(self.pending))]:
            if file is None:
                names.pop(kind, None)
            else:
                names[kind] = file
        for kind, file in names.items():
            (folder / NAMES[kind]).write_bytes(file.after_cut(random))
