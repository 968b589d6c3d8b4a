"""What a reader's browser makes of a page: accessibility, requests, width of a phone."""

from pathlib import Path

import axe_core_python

from cxresearch.report import chromium

AXE = (Path(axe_core_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN = """
axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.map(
  one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 160)).join(' | ')))
"""
PHONE = {"width": 375, "height": 800, "deviceScaleFactor": 2, "mobile": True}
DESK = {"width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": False}


def faults(pages):
    """Return by page what axe-core finds in light and dark, what is fetched, what is too wide."""
    found = {}
    with chromium.started(chromium.program()) as browsing:
        for page in pages:
            wrong = []
            before = {"Emulation.setDeviceMetricsOverride": DESK, "Network.enable": {}}
            with browsing.page(page.resolve().as_uri(), before) as session:
                asked = browsing.told("Network.requestWillBeSent", session)
                urls = {one["request"]["url"].partition(":")[0] for one in asked}
                wrong += [f"asks for {url}" for url in urls - {"file", "data"}]
                _value(browsing, AXE + ";0", session)
                for scheme in ("light", "dark"):
                    feature = {"name": "prefers-color-scheme", "value": scheme}
                    browsing.ask("Emulation.setEmulatedMedia", {"features": [feature]}, session)
                    wrong += [f"{scheme}: {one}" for one in _value(browsing, RUN, session)]
                browsing.ask("Emulation.setDeviceMetricsOverride", PHONE, session)
                width = _value(browsing, "document.documentElement.scrollWidth", session)
                if width > PHONE["width"]:
                    wrong.append(f"{width} pixels wide on a phone")
            found[str(page)] = wrong
    return found


def _value(browsing, script, session):
    asked = {"expression": script, "awaitPromise": True, "returnByValue": True}
    answer = browsing.ask("Runtime.evaluate", asked, session)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"]["value"]
