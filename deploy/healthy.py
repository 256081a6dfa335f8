"""The image's health check: exit 0 when this container's process answers /healthz."""

import os
import sys
import urllib.request

port = int(os.environ.get("WUGAN_OPERATIONS_PORT") or 0) or int(os.environ.get("WUGAN_DESK_PORT") or 8000)
try:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=3):
        sys.exit(0)
except OSError as error:
    sys.exit(f"port {port}: {error}")
