"""A headless Chromium driven over its own pipe: no package and no port needed.

Messages are those of the Chrome DevTools Protocol: JSON, each ended by NUL.
https://chromedevtools.github.io/devtools-protocol/ (domains Target, Page, Runtime, Network, Emulation, Input).
"""

import base64
import fcntl
import itertools
import json
import os
import select
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((found for name in _NAMES if (found := shutil.which(name))), "")
_FLAGS = (
    "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-extensions", "--mute-audio", "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND", "--enable-unsafe-swiftshader",
)  # fmt: skip
_WAIT_S = 90.0


class Browser:
    """One page at a time. `problems` are console errors and exceptions, `requests` all addresses asked for."""

    def __init__(self, *flags: str) -> None:
        self._profile = tempfile.mkdtemp(prefix="explorer-chromium-")
        ours, theirs = os.pipe(), os.pipe()
        child = [fcntl.fcntl(end, fcntl.F_DUPFD, 20) for end in (ours[0], theirs[1])]
        actions = [(os.POSIX_SPAWN_DUP2, child[0], 3), (os.POSIX_SPAWN_DUP2, child[1], 4)]
        silent = os.open(os.devnull, os.O_RDWR)
        actions += [(os.POSIX_SPAWN_DUP2, silent, each) for each in (0, 1, 2)]
        self._pid = os.posix_spawn(
            CHROMIUM, [CHROMIUM, *_FLAGS, *flags, f"--user-data-dir={self._profile}", "about:blank"], dict(os.environ),
            file_actions=actions, setpgroup=0,
        )  # fmt: skip
        for end in (*child, ours[0], theirs[1], silent):
            os.close(end)
        self._out, self._in = ours[1], theirs[0]
        self._numbers, self._unread = itertools.count(1), b""
        self._session = ""
        self._listeners: dict[str, Callable[[dict[str, Any]], None]] = {}
        self._heard: set[str] = set()
        self.problems: list[str] = []
        self.requests: list[str] = []

    def __enter__(self) -> "Browser":
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._out)
        os.killpg(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        os.close(self._in)
        shutil.rmtree(self._profile, ignore_errors=True)

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        until = time.monotonic() + _WAIT_S
        while True:
            answer = self._message(until)
            if answer.get("id") == number:
                assert "error" not in answer, f"{method}: {answer['error']}"
                return dict(answer["result"])

    def listen(self, event: str, hears: Callable[[dict[str, Any]], None]) -> None:
        """Have a function called with the parameters of every event of a name."""
        self._listeners[event] = hears

    def await_event(self, event: str) -> None:
        until = time.monotonic() + _WAIT_S
        while event not in self._heard:
            self._message(until)

    def open(self, page: Path, fragment: str = "", width: int = 1280, height: int = 800, phone: bool = False) -> None:
        """Load a file in a window of this size and wait until it has drawn (or says why it cannot)."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Page.navigate", url="about:blank")
        self.problems.clear()
        self.requests.clear()
        self.call("Page.navigate", url=page.as_uri() + fragment)
        self.wait("(window.explorer && window.explorer.times.first) || document.getElementById('sorry')")

    def go(self, fragment: str) -> None:
        """Follow a link to another view of the page that is open."""
        followed = "addEventListener('hashchange', () => done(1), {once: true})"
        self.run(f"new Promise((done) => {{ {followed}; location.hash = {json.dumps(fragment)}; }})")
        self.settle()

    def run(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def wait(self, condition: str) -> None:
        """Until an expression is true in the page."""
        until = time.monotonic() + _WAIT_S
        while not self.run(f"!!({condition})"):
            assert time.monotonic() < until, f"in vain waited for {condition}; problems: {self.problems}"
            time.sleep(0.05)

    def settle(self) -> None:
        """Until two more pictures were drawn, or none is due."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))")

    def click(self, x: float, y: float) -> None:
        for kind in ("mouseMoved", "mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def press(self, key: str, code: int) -> None:
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code)

    def type(self, text: str) -> None:
        self.call("Input.insertText", text=text)

    def picture(self) -> bytes:
        """The window as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def _message(self, until: float) -> dict[str, Any]:
        while b"\0" not in self._unread:
            ready, _, _ = select.select([self._in], [], [], max(until - time.monotonic(), 0.0))
            assert ready, "Chromium gave no answer in time"
            part = os.read(self._in, 1 << 20)
            assert part, "Chromium ended"
            self._unread += part
        raw, self._unread = self._unread.split(b"\0", 1)
        message: dict[str, Any] = json.loads(raw)
        method, parameters = message.get("method"), message.get("params", {})
        self._heard.add(str(method))
        if method in self._listeners:
            self._listeners[method](parameters)
        if method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append(" ".join(str(a.get("value", a.get("description"))) for a in parameters["args"]))
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            if "GL Driver Message (OpenGL, Performance" in parameters["entry"]["text"]:
                return message  # a screenshot reads pixels back, which the software driver remarks
            self.problems.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        return message
