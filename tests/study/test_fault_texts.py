"""Every fault of params and codebook, as the user reads it."""

import pytest
from snapshot import agrees, cases

from cxresearch.study.codebook import read_codebook
from cxresearch.study.params import read_params


@pytest.fixture
def in_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_params(in_folder):
    told = {}
    for case, text in cases("params").items():
        (in_folder / "acme.yml").write_text(text, encoding="utf-8")
        _, faults = read_params("acme.yml")
        assert faults, case
        assert {fault.kind for fault in faults} == {"params"}
        assert all(fault.where.startswith("acme.yml") for fault in faults), case
        told[case] = "\n".join(str(fault) for fault in faults)
    agrees("params", told)


def test_codebook(in_folder):
    told = {}
    for case, text in cases("codebook").items():
        (in_folder / "book.yml").write_text(text, encoding="utf-8")
        _, faults = read_codebook("book.yml")
        assert faults, case
        assert {fault.kind for fault in faults} == {"codebook"}
        assert all(fault.where.startswith("book.yml") for fault in faults), case
        told[case] = "\n".join(str(fault) for fault in faults)
    agrees("codebook", told)


def test_files_that_are_not_there(in_folder):
    (in_folder / "params").mkdir()
    (in_folder / "params" / "acme_2025.yml").write_text("study: {}")
    told = {}
    for case, path in {
        "misspelt": "params/acme_2026.yml",
        "far": "params/zz.yml",
        "folder": "parms/acme.yml",
        "is_folder": "params",
    }.items():
        params, faults = read_params(path)
        assert params is None
        told[case] = "\n".join(str(fault) for fault in faults)
    agrees("files", told)
