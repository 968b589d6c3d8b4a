"""What a change asks for: a kernel only where outputs could differ, a new page where its look does.

Which of both happened is told by the command: a notebook that runs is begun ("10_ok …").
"""

import json

import pytest
from desk import Desk

from cxresearch.report import chromium

NAMES = ("10_ok", "80_handover")
ANEW = "pages made anew, their notebooks need not run: 10_ok, 80_handover"


@pytest.fixture
def desk(tmp_path):
    desk = Desk(tmp_path)
    desk.params(notebooks=NAMES)
    done = run(desk)
    assert done.returncode == 0, done.stderr
    assert began(done) == list(NAMES)
    return desk


def run(desk, *more):
    return desk.run("run", "acme.yml", "--out", "out", "--jobs", "2", *more)


def began(done):
    return sorted(
        line.strip().removesuffix(" …").partition("/")[2]
        for line in done.stderr.splitlines()
        if line.endswith(" …")
    )


def page(desk, name="80_handover"):
    return (desk.out / "acme" / f"{name}.html").read_text()


def test_new_footer_needs_no_kernel(desk):
    before = {name: page(desk, name) for name in NAMES}
    files = desk.files()
    notebook = (desk.out / "acme" / "80_handover.ipynb").read_bytes()
    desk.params(notebooks=NAMES, brand={"footer": "Acme Research Ltd."})
    done = run(desk)
    assert done.returncode == 0, done.stderr
    assert began(done) == []
    assert ANEW in done.stderr
    for name in NAMES:
        assert "Acme Research Ltd." in page(desk, name)
        assert "Acme Research Ltd." not in before[name]
    assert desk.files() == files
    assert (desk.out / "acme" / "80_handover.ipynb").read_bytes() == notebook
    assert 'download="80_handover-01-gaps.csv"' in page(desk)
    assert "Delivery falls short by half a point." in (desk.out / "acme/index.html").read_text()
    assert "nothing has changed" in run(desk).stderr


def test_page_made_anew_is_that_of_a_kernel_byte_by_byte(desk):
    desk.params(notebooks=NAMES, hide_code=False)
    assert ANEW in run(desk).stderr
    anew = {name: page(desk, name) for name in NAMES}
    assert began(run(desk, "--force")) == list(NAMES)
    assert {name: page(desk, name) for name in NAMES} == anew


def test_new_words_in_a_notebook_need_no_kernel_and_new_code_does(desk):
    file = desk.folder / "notebooks" / "10_ok.ipynb"
    content = json.loads(file.read_text())
    words = {"cell_type": "markdown", "id": "new", "metadata": {}, "source": ["A word more."]}
    content["cells"].append(words)
    file.write_text(json.dumps(content))
    done = run(desk)
    assert began(done) == []
    assert "need not run: 10_ok\n" in done.stderr
    assert "A word more." in page(desk, "10_ok")
    code = next(cell for cell in content["cells"][::-1] if cell["cell_type"] == "code")
    code["source"] = ["40 + 2"]
    file.write_text(json.dumps(content))
    assert began(run(desk)) == ["10_ok"]


@pytest.mark.parametrize("change", [{"brand": {"accent": "#aa0000"}}, {"language": "sl"}])
def test_what_kernels_look_at_needs_one(desk, change):
    desk.params(notebooks=NAMES, **change)
    assert began(run(desk)) == list(NAMES)


def test_edited_notebook_or_lost_table_is_not_taken_for_an_execution(desk):
    notebook = desk.out / "acme" / "10_ok.ipynb"
    notebook.write_text(notebook.read_text().replace("412", "999") + "\n")
    desk.params(notebooks=NAMES, brand={"footer": "one"})
    assert began(run(desk)) == ["10_ok"]
    notebook.unlink()
    desk.params(notebooks=NAMES, brand={"footer": "two"})
    assert began(run(desk)) == ["10_ok"]


def test_failed_notebook_is_run_again_whatever_changed(tmp_path):
    desk = Desk(tmp_path)
    desk.params(notebooks=["10_ok", "20_error"])
    assert run(desk).returncode == 1
    desk.params(notebooks=["10_ok", "20_error"], brand={"footer": "new"})
    done = run(desk)
    assert done.returncode == 1
    assert began(done) == ["20_error"]


def test_lost_pdf_is_printed_again_without_running(desk):
    if not chromium.program():
        pytest.skip("needs Chromium")
    desk.params(notebooks=NAMES, formats=["html", "pdf"])
    done = run(desk)
    assert began(done) == []
    printed = desk.out / "acme" / "10_ok.pdf"
    assert printed.is_file()
    assert "nothing has changed" in run(desk).stderr
    printed.unlink()
    done = run(desk)
    assert done.returncode == 0, done.stderr
    assert began(done) == []
    assert printed.is_file()
