"""`cxresearch` with a stand-in for the study: the runner's tests need no survey.

``python stand_in.py run study.yml`` is ``cxresearch run study.yml``, but that a params file is
taken as it is: ``study.name``, ``report`` and ``has`` (what the study has) decide.
"""

import hashlib
import sys
from pathlib import Path
from types import SimpleNamespace

import yaml

import cxresearch
from cxresearch.about import About
from cxresearch.errors import Fault, ParamsError


def load_study(path, overrides=None):
    content = yaml.safe_load(Path(path).read_text()) or {}
    for key, value in (overrides or {}).items():
        section, _, name = key.partition(".")
        content.setdefault(section, {})[name] = value
    if "name" not in content.get("study", {}):
        raise ParamsError(
            Fault(kind="params", what="study.name is missing", where=f"{Path(path).name}, study")
        )
    report = {"notebooks": "auto", "hide_code": True, "folder": None, **content.get("report", {})}
    report = {"formats": ("html",), **report}
    report = {"cell_timeout": 900.0, "notebook_timeout": 3600.0, "memory_limit": None, **report}
    brand = {"accent": "#1f5c99", "footer": "", "logo": None, **report.pop("brand", {})}
    text = yaml.safe_dump(content)
    digest = hashlib.sha256(yaml.safe_dump(content.get("data", {})).encode()).hexdigest()
    has = content.get("has", [])
    study = content["study"]
    return SimpleNamespace(
        params=SimpleNamespace(
            report=SimpleNamespace(**report, brand=SimpleNamespace(**brand)),
            alerts=(),
            resolved=lambda: yaml.safe_load(text),
            model_dump=lambda mode: {"data": content.get("data")},
        ),
        about=About(
            study=study["name"],
            title=study.get("title", study["name"]),
            client=study.get("client", ""),
            language=study.get("language", "en"),
        ),
        waves=tuple(study.get("waves", ())),
        mask=SimpleNamespace(sum=lambda: 412),
        conf_level=0.95,
        seed=20250331,
        fingerprint=digest,
        sources=(("answers.csv", 412, digest),),
        notes=(),
        has=lambda need: need in has,
    )


if __name__ == "__main__":
    cxresearch.load_study = load_study
    from cxresearch.cli import main

    sys.exit(main())
