"""The record of accepted sends: JSON lines, each on stable storage before its sender is answered."""

import asyncio
import json
import os
from concurrent.futures import ThreadPoolExecutor


class Record:
    """Sends that come while an fsync runs share the next one, so that it keeps up with a storm."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else None
        self.pending = []
        self.writer = None
        self.thread = ThreadPoolExecutor(1) if path else None

    async def add(self, entry):
        if self.file is None:
            return
        done = asyncio.get_running_loop().create_future()
        self.pending.append((json.dumps(entry, ensure_ascii=False).encode() + b"\n", done))
        if self.writer is None or self.writer.done():
            self.writer = asyncio.create_task(self.drain())
        await done

    async def drain(self):
        loop = asyncio.get_running_loop()
        while self.pending:
            batch, self.pending = self.pending, []
            try:
                await loop.run_in_executor(self.thread, self.commit, [line for line, _ in batch])
            except OSError as error:
                for _, done in batch:
                    done.done() or done.set_exception(error)
                continue
            for _, done in batch:
                done.done() or done.set_result(None)

    def commit(self, lines):
        data = b"".join(lines)
        while data:
            data = data[os.write(self.file, data):]
        os.fsync(self.file)
