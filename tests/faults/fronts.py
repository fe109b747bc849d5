"""Debian's nginx, HAProxy and Apache in front of a daemon: on loopback, kept-alive connections to it.
`./dev setup` unpacks the first two into build/deps."""

import pathlib
import subprocess

from fault_harness import free_port, wait_until
from web_case import answers_at

NGINX = """daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 1024; }}
http {{
  log_format short "$sent_http_x_content_type_options $status $request_uri";
  access_log {folder}/log short; proxy_ignore_client_abort on; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream herald {{ server 127.0.0.1:{to}; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://herald; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_set_header Host $http_host; proxy_request_buffering off;
    }}
  }}
}}
"""
# One thread: of two that log to stdout at the same time, one loses its line.
HAPROXY = """global
  nbthread 1
defaults
  mode http
  timeout connect 5s
  timeout client 10s
  timeout server 10s
  http-reuse always
frontend here
  bind 127.0.0.1:{port}
  log stdout format raw local0
  http-response capture res.hdr(x-content-type-options) id 0
  declare capture response len 20
  log-format "%[capture.res.hdr(0)] %ST %HU"
  default_backend herald
backend herald
  server one 127.0.0.1:{to}
"""
APACHE = """ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/apache.pid
ErrorLog {folder}/apache.err
Mutex file:{folder} default
User www-data
Group www-data
LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so
LoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so
LoadModule proxy_module /usr/lib/apache2/modules/mod_proxy.so
LoadModule proxy_http_module /usr/lib/apache2/modules/mod_proxy_http.so
LogFormat "%{{X-Content-Type-Options}}o %>s %U" short
CustomLog {folder}/log short
ProxyPreserveHost On
ProxyPass / http://127.0.0.1:{to}/ keepalive=On
"""
UNPACKED = pathlib.Path(__file__).resolve().parents[2] / "build" / "deps"
FRONTS = {"nginx": (NGINX, [f"{UNPACKED}/nginx/usr/sbin/nginx", "-p", "{folder}", "-c", "{file}"]),
          "haproxy": (HAPROXY, [f"{UNPACKED}/haproxy/usr/sbin/haproxy", "-db", "-f", "{file}"]),
          "apache2": (APACHE, ["/usr/sbin/apache2", "-DFOREGROUND", "-f", "{file}"])}


class Front:
    """`port` leads to the daemon at `to`."""

    def __init__(self, name, folder, to):
        self.name, (text, command) = name, FRONTS[name]
        if not pathlib.Path(command[0]).exists():
            raise RuntimeError(f"{command[0]} is missing: run ./dev setup")
        self.folder = pathlib.Path(folder, name)
        self.folder.mkdir()
        self.port = free_port()
        file = self.folder / "conf"
        file.write_text(text.format(folder=self.folder, port=self.port, to=to))
        self.log = open(self.folder / "out", "wb")
        self.process = subprocess.Popen(
            [word.format(folder=self.folder, file=file) for word in command],
            stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL)
        wait_until(lambda: self.running() and answers_at(self.port), 15, f"{name} in front")

    def seen(self):
        """(status, target) of each request that it took for one and that the daemon answered."""
        log = self.folder / ("out" if self.name == "haproxy" else "log")
        lines = (line.split(" ", 2) for line in log.read_text("utf-8", "replace").splitlines())
        return [tuple(line[1:]) for line in lines if line[0] == "nosniff"]

    def running(self):
        if self.process.poll() is not None:
            raise AssertionError((self.folder / "out").read_text("utf-8", "replace"))
        return True

    def stop(self):
        self.process.terminate()
        self.process.wait(10)
        self.log.close()
