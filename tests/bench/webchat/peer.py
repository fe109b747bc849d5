"""The peer that is measured beside the daemon: nginx with nchan, Debian's, one worker, pinned to the same core.

It stores nothing: nchan keeps the latest messages of a channel in memory.
"""

import contextlib
import os
import pathlib
import resource
import shutil
import socket
import subprocess
import tempfile

from harness.places import SOURCE
from ports import free_port
from waiting import wait_until

from generate import TEXT

# ./dev bench webchat unpacks them there: installed, nginx would be started as a service of the machine.
UNPACKED = SOURCE / "build" / "deps" / "nginx"

CONFIG = """
load_module {modules}/ngx_nchan_module.so;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
{user}
worker_processes 1;
worker_rlimit_nofile {files};
events {{ worker_connections {files}; }}
http {{
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  types {{ }}
  default_type application/json;
  nchan_shared_memory_size 512M;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    {answers}
    location ~ ^/publish/(\\w+)$ {{
      nchan_publisher;
      nchan_channel_id $1;
      nchan_message_buffer_length 10;
      nchan_message_timeout 60s;
    }}
    location ~ ^/subscribe/(\\w+)$ {{
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
      nchan_eventsource_ping_interval 15;
    }}
  }}
}}
"""


class Peer:
    """answers: path to the text that it answers there, always."""

    # The body is about as long as the daemon's event, so that both write as much.
    wire = {"subscribe": "/subscribe/user{n}", "publish": "/publish/user{n}",
            "body": '{"status":"success","notifications":[{"text":"' + TEXT + '"}],"more":"' + "." * 400 + '"}'}

    def __init__(self, place, folder, answers):
        self.folder, self.port = folder, free_port()
        lines = []
        for path, text in answers.items():
            quoted = text.replace("\\", "\\\\").replace("'", "\\'")
            assert "$" not in text, "nginx would take it for a variable"
            lines.append(f"location = {path} {{ return 200 '{quoted}'; }}")
        (folder / "nginx.conf").write_text(CONFIG.format(
            modules=UNPACKED / "usr/lib/nginx/modules", folder=folder, port=self.port, files=resource.getrlimit(resource.RLIMIT_NOFILE)[0],
            user="user root;" if os.geteuid() == 0 else "", answers="\n    ".join(lines)), encoding="utf-8")
        self.process = subprocess.Popen(
            ["taskset", "-c", str(place.server_core), UNPACKED / "usr/sbin/nginx", "-p", folder, "-e", folder / "error.log",
             "-c", folder / "nginx.conf"], stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT, stdout=open(folder / "out", "wb"))
        wait_until(self.listens, 10, "nginx to listen")

    def listens(self):
        assert self.process.poll() is None, (self.folder / "out").read_text() + (self.folder / "error.log").read_text()
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True

    def workers(self):
        return pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()

    @property
    def pid(self):
        """Of its worker."""
        return int(wait_until(self.workers, 10, "nginx's worker")[0])

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


@contextlib.contextmanager
def running(place, answers=None):
    folder = pathlib.Path(tempfile.mkdtemp(prefix="herald-bench-"))
    peer = None
    try:
        peer = Peer(place, folder, answers or {})
        yield peer
    finally:
        if peer is not None:
            peer.stop()
        shutil.rmtree(folder, ignore_errors=True)
