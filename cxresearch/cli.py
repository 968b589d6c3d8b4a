"""The command `cxresearch`: run, check, new, list, schema.

Only the standard library is imported here, so that `--help` answers at once; each verb brings
what it needs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cxresearch.errors import CxError, Fault

_EXITS = """\
exit codes: 0 done; 1 a notebook failed (the other pages are complete); 2 nothing ran: params,
data or output folder are wrong, or another run holds the study; 3 done and an alert fired;
130 interrupted; 143 terminated"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line asks and return the exit code."""
    asked = _parser().parse_args(arguments)
    sys.excepthook = _unplanned
    try:
        return int(asked.verb(asked))
    except CxError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # whoever read our output has stopped reading: `cxresearch list | head`
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        print("cxresearch: interrupted", file=sys.stderr)
        return 130
    except OSError as error:
        _unplanned(OSError, error, None)
        return 1


def _unplanned(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Say what nobody caught in one line; its traceback goes to a file."""
    from cxresearch.report import mishap

    mishap.hook(kind, error, trace)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="cxresearch",
        description="From a customer survey to a statistically honest report.",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    run = verbs.add_parser(
        "run",
        help="run the notebooks of one or more studies and publish their pages",
        epilog=_EXITS,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    _common(run)
    run.add_argument("--jobs", type=_count, metavar="N", help="notebooks at once")
    run.add_argument("--force", action="store_true", help="run what has not changed, too")
    run.add_argument(
        "--keep-going",
        action="store_true",
        help="run the good params files where others are wrong, and end with 2",
    )
    run.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="run notebooks on the Dask cluster at this address, such as tcp://10.0.0.5:8786",
    )
    run.set_defaults(verb=_run)

    check = verbs.add_parser("check", help="say everything that would stop a run, without running")
    _common(check)
    check.set_defaults(verb=_check)

    new = verbs.add_parser(
        "new",
        help="write a params file and a codebook: to fill in, or drafted from answers "
        "(never overwrites)",
    )
    new.add_argument("name", metavar="NAME", help="name of the study and of its files")
    new.add_argument(
        "--like", type=Path, metavar="PARAMS", help="begin from the params and codebook of a study"
    )
    new.add_argument(
        "--from",
        nargs="+",
        dest="source",
        metavar="FILE",
        help="draft both from answers: a file, one file per wave, or a database's url",
    )
    new.add_argument("--query", metavar="SELECT", help="what to ask the database")
    new.set_defaults(verb=_new)

    listing = verbs.add_parser("list", help="studies, when they last ran, how they ended")
    listing.add_argument("--out", type=Path, metavar="DIR", help="folder of reports (reports/)")
    listing.set_defaults(verb=_list)

    schema = verbs.add_parser(
        "schema", help="print the JSON Schema of params files or codebooks, for editors"
    )
    schema.add_argument(
        "file",
        nargs="?",
        choices=("params", "codebook"),
        default="params",
        help="which kind of file (params)",
    )
    schema.set_defaults(verb=_schema)
    return parser


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("params", nargs="+", type=Path, metavar="PARAMS", help="params files")
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NOTEBOOK",
        help="run this notebook only (may be given more than once)",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="overrides",
        metavar="KEY=VALUE",
        help="set a key of the params file, such as analysis.seed=7",
    )
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of reports")
    parser.add_argument(
        "--log", choices=("text", "json"), default="text", help="how progress is told on stderr"
    )


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of jobs")
    return int(text)


def _run(asked: argparse.Namespace) -> int:
    from cxresearch.report.signals import Signals, Stopped

    with Signals() as signals:
        talk = _talk(asked)
        try:
            from cxresearch.report import unchanged

            wish = _wish(asked)
            recalled = unchanged.recall(wish)
            if recalled is not None:
                for study in recalled:
                    talk.say("unchanged", unchanged.SAID.format(study=study), study=study)
                return unchanged.code_of(recalled)

            from cxresearch import load_study
            from cxresearch.report import runner

            return runner.run(wish, load_study, talk, signals)
        except CxError as error:
            talk.say("wrong", str(error))
            return 2
        except Stopped as stopped:
            talk.say("stopped", f"cxresearch: {stopped}", signal=stopped.exit_code - 128)
            return stopped.exit_code


def _check(asked: argparse.Namespace) -> int:
    from cxresearch import load_study
    from cxresearch.report import runner

    talk = _talk(asked)
    try:
        return runner.check(_wish(asked), load_study, talk)
    except CxError as error:
        talk.say("wrong", str(error))
        return 2


def _talk(asked: argparse.Namespace) -> Any:
    from cxresearch.report.talk import Talk

    return Talk(as_json=asked.log == "json")


def _list(asked: argparse.Namespace) -> int:
    from cxresearch.report import record

    folder = asked.out or Path("reports")
    found = record.all_in(folder)
    if not found:
        print(f"no study has been run into {folder}", file=sys.stderr)
    width = max((len(run.study) for _, run in found), default=0)
    for _, run in found:
        failed = [name for name, page in run.pages.items() if page.status != "done"]
        done = len(run.pages) - len(failed)
        told = f"failed: {', '.join(failed)}" if failed else ""
        line = f"{run.study:<{width}}  {run.finished}  exit {run.exit}  {done} pages  {told}"
        print(line.rstrip())
    return 0


def _new(asked: argparse.Namespace) -> int:
    from cxresearch.report import fresh

    if asked.source:
        return _drafted(asked)
    if asked.query:
        raise CxError.of([_query_alone()])
    if asked.like is not None:
        _there([asked.like])
    for path in fresh.write(asked.name, Path.cwd(), like=asked.like):
        print(path)
    return 0


def _drafted(asked: argparse.Namespace) -> int:
    """Draft a study from its answers, and say what is to be looked at."""
    from cxresearch import draft, load_study

    if asked.like is not None:
        raise CxError.of(
            [
                Fault(
                    kind="params",
                    what="a study is begun from answers or from another study, not from both",
                    where="--from, --like",
                    hint="leave one of the two out",
                )
            ]
        )
    found = draft(asked.source, query=asked.query)
    written = found.write(asked.name)
    for path in written:
        print(path)
    unsure = len(found.to_confirm)
    print(
        f"{len(found.guesses)} columns: {len(found.in_use)} in use, {unsure} of them to confirm; "
        "each guess stands in the files with its reason",
        file=sys.stderr,
    )
    for one in found.lacking:
        print(f"not found: {one}", file=sys.stderr)
    try:
        load_study(written[0])
    except CxError as error:
        print(f"\n{error}\n\ncorrect this in the files, then: ", end="", file=sys.stderr)
    print(f"cxresearch check {written[0].as_posix()}", file=sys.stderr)
    return 0


def _query_alone() -> Fault:
    return Fault(
        kind="params",
        what="a query without a database",
        where="--query",
        hint='name the database: --from duckdb:///answers.duckdb --query "SELECT * FROM answers"',
    )


def _schema(asked: argparse.Namespace) -> int:
    from cxresearch.report import schema

    sys.stdout.write(schema.as_text(asked.file))
    return 0


def _wish(asked: argparse.Namespace) -> Any:
    from cxresearch.report.wish import Wish

    if not getattr(asked, "keep_going", False):
        _there(asked.params)
    return Wish(
        params=tuple(asked.params),
        overrides=_overrides(asked.overrides),
        only=tuple(asked.only),
        out=asked.out,
        jobs=getattr(asked, "jobs", None),
        force=getattr(asked, "force", False),
        keep_going=getattr(asked, "keep_going", False),
        scheduler=getattr(asked, "scheduler", None),
    )


def _there(files: Sequence[Path]) -> None:
    """Tell of every params file that does not exist."""
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise CxError.of(
            Fault(
                kind="params",
                what=f'there is no params file "{file}"',
                hint="paths are taken from the working folder",
            )
            for file in missing
        )


def _overrides(texts: Sequence[str]) -> dict[str, object]:
    if not texts:
        return {}
    from cxresearch.study.params.overrides import read_override

    return dict(read_override(text) for text in texts)
