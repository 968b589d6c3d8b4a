"""Delimited text: what is found, what stays as it is, and what is refused with advice."""

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxresearch.errors import DataError
from cxresearch.study.readers import Responses, read
from cxresearch.study.readers.layout import DELIMITERS

WESTERN = "¿Está satisfecho, señora? Añadió más comentarios"
SLOVENE = "Žal je bila čakalna vrsta predolga, sicer všeč"
RUSSIAN = "Очень доволен обслуживанием, спасибо"


def write(folder: Path, text: str | bytes, name: str = "acme.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def codes(responses: Responses) -> list[str]:
    return [one.code for one in responses.notes]


def refusal(path: Path, **options: object) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **options)
    fault = caught.value.faults[0]
    assert path.name in fault.where or str(path) in fault.where
    assert fault.hint
    return str(caught.value)


# what is found


@pytest.mark.parametrize("decimal", [".", ","])
@pytest.mark.parametrize("delimiter", DELIMITERS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_encoding_delimiter_and_decimal_mark_are_found(
    tmp_path: Path, encoding: str, delimiter: str, decimal: str
) -> None:
    score = [f'"{x}"' if delimiter == "," else x for x in (f"3{decimal}5", f"10{decimal}25")]
    lines = [("id", "score", "comment"), ("1", score[0], f'"{WESTERN}"'), ("2", score[1], "")]
    text = "\r\n".join(delimiter.join(cells) for cells in lines) + "\r\n"
    found = read(write(tmp_path, text.encode(encoding)))
    assert found.frame["score"].tolist() == [3.5, 10.25]
    assert found.frame["comment"].tolist()[0] == WESTERN
    assert pd.isna(found.frame["comment"][1])
    assert (found.delimiter, found.decimal, found.encoding) == (delimiter, decimal, encoding)
    assert ("decimal_comma" in codes(found)) == (decimal == ",")
    assert ("encoding_guessed" in codes(found)) == (encoding in ("utf-16-le", "cp1252"))


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (WESTERN, "cp1252"),
        ("Très bien, où est le café à côté?", "cp1252"),
        (SLOVENE, "cp1250"),
        (SLOVENE, "iso-8859-2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8-r"),
        (RUSSIAN, "cp866"),
    ],
)
def test_letters_tell_the_encoding_and_a_note_tells_the_guess(
    tmp_path: Path, text: str, encoding: str
) -> None:
    path = write(tmp_path, f'id;comment\n1;"{text}"\n2;ok\n'.encode(encoding))
    found = read(path)
    assert found.encoding == encoding
    assert found.frame["comment"][0] == text
    assert [one["encoding"] for one in found.notes] == [encoding]
    declared = read(path, encoding=encoding)
    assert declared.frame["comment"][0] == text
    assert declared.notes == ()


def test_a_declared_encoding_wins_but_utf8_read_as_single_bytes_is_noted(tmp_path: Path) -> None:
    path = write(tmp_path, "id;comment\n1;señor\n")
    found = read(path, encoding="latin-1")
    assert found.frame["comment"][0] == "seÃ±or"
    assert codes(found) == ["encoding_doubtful"]


def test_delimiters_inside_quotes_do_not_count(tmp_path: Path) -> None:
    found = read(write(tmp_path, 'id;"price, fair?, good?";q\n1;"a,b,c,d";3\n2;"a,b";4\n'))
    assert list(found.frame) == ["id", "price, fair?, good?", "q"]


@pytest.mark.parametrize("name", ["tab", "\\t", "\t"])
def test_a_delimiter_may_be_named(tmp_path: Path, name: str) -> None:
    assert read(write(tmp_path, "a\tb\n1\t2\n"), delimiter=name).delimiter == "\t"


def test_the_line_by_which_excel_names_its_delimiter_is_no_header(tmp_path: Path) -> None:
    found = read(write(tmp_path, "sep=;\na;b\n1;2\n"))
    assert list(found.frame) == ["a", "b"]
    assert found.first_line == 3


def test_gzip_is_unpacked(tmp_path: Path) -> None:
    path = write(tmp_path, gzip.compress(b"a,b\n1,2\n"), "acme.csv.gz")
    assert read(path).frame.to_dict("list") == {"a": [1], "b": [2]}
    path.write_bytes(path.read_bytes()[:-9])
    assert "damaged" in refusal(path)


# types


def test_only_a_column_of_numbers_is_numeric(tmp_path: Path) -> None:
    text = (
        "id,zip,phone,long,art,rating,gap,weight,na,word,empty\n"
        "1,01234,+491234,12345678901234567,12e5,7,-1.5,1e-05,5,5,\n"
        "2,12345,+491235,12345678901234568,13e5,,.5,2,NA,five,\n"
        "3,12346,+491236,12345678901234569,14e5, 6 ,2,1E+02,4,6,\n"
    )
    found = read(write(tmp_path, text))
    frame = found.frame
    assert frame["id"].dtype == np.int64
    for identifier in ("zip", "phone", "long", "art", "na", "word"):
        assert frame[identifier].dtype == object, identifier
    assert frame["zip"][0] == "01234"
    np.testing.assert_array_equal(frame["rating"], [7, np.nan, 6])
    np.testing.assert_array_equal(frame["gap"], [-1.5, 0.5, 2])
    np.testing.assert_array_equal(frame["weight"], [1e-05, 2, 100])
    assert frame["empty"].isna().all()
    assert frame["empty"].dtype == np.float64
    assert found.words == {"na": ("NA",), "word": ("five",)}
    assert [(one.code, one["column"], one["n"]) for one in found.notes] == [
        ("blank_words", "na", 1)
    ]


@pytest.mark.parametrize("word", ["NA", "N/A", "null", "."])
def test_only_the_empty_cell_is_missing(tmp_path: Path, word: str) -> None:
    found = read(write(tmp_path, f"q,r\n5,1\n{word},2\n , 3\n"))
    assert found.frame["q"].tolist()[:2] == ["5", word]
    assert pd.isna(found.frame["q"][2])


@pytest.mark.parametrize(
    ("cells", "decimal"),
    [
        (["3,5", "4"], ","),
        ([",5", "1,25"], ","),
        (["1,234", "2,500"], "."),  # thousands or decimals: nobody can know
        (["1,3", "1,2,3"], "."),  # several boxes ticked
    ],
)
def test_a_comma_is_a_decimal_mark_only_where_nothing_else_fits(
    tmp_path: Path, cells: list[str], decimal: str
) -> None:
    found = read(write(tmp_path, "id;x\n" + "".join(f"7;{cell}\n" for cell in cells)))
    assert found.decimal == decimal
    assert (found.frame["x"].dtype == object) == (decimal == ".")
    assert ("decimal_unclear" in codes(found)) == (cells[0] == "1,234")


def test_a_file_with_decimal_points_has_no_decimal_commas(tmp_path: Path) -> None:
    found = read(write(tmp_path, "w;ticked\n1.5;1,3\n2.5;2,4\n"))
    assert found.frame["ticked"].tolist() == ["1,3", "2,4"]
    assert codes(found) == ["decimal_unclear"]


def test_a_declared_decimal_mark_settles_it(tmp_path: Path) -> None:
    path = write(tmp_path, "id;x\n1;1,234\n2;2,500\n")
    assert read(path, decimal=",").frame["x"].tolist() == [1.234, 2.5]
    assert read(path, decimal=".").frame["x"].tolist() == ["1,234", "2,500"]
    assert "point or a comma" in refusal(path, decimal=";")


@given(
    st.lists(
        st.text(alphabet=st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"])),
        min_size=1,
        max_size=8,
    )
)
def test_no_character_of_a_cell_is_lost(cells: list[str]) -> None:
    import csv
    import io
    from tempfile import TemporaryDirectory

    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["key", "cell"], *(["k", c] for c in cells)])
    with TemporaryDirectory() as folder:
        found = read(write(Path(folder), out.getvalue()), delimiter=",", decimal=".")
    column = found.frame["cell"]
    for cell, got in zip(cells, column, strict=True):
        if not cell:
            assert pd.isna(got)
        elif column.dtype == object:
            assert got == cell
        else:
            assert float(cell) == got


# rows and their lines


def test_a_row_knows_its_line(tmp_path: Path) -> None:
    text = 'Report 2025\n\nid,comment\n1,"two\nlines"\n\n2,ok\n,\n3,"a\n\nb"\n4,end\n\n'
    found = read(write(tmp_path, text), skip_rows=1)
    assert found.frame["id"].tolist() == [1, 2, 3, 4]
    assert [found.row_number(k) for k in range(4)] == [4, 7, 9, 12]
    assert found.place(1) == "acme.csv, line 7"
    assert [(one.code, one["n"]) for one in found.notes] == [("rows_blank", 2)]


def test_columns_without_name_and_content_are_no_columns(tmp_path: Path) -> None:
    assert list(read(write(tmp_path, "a;b;;\n1;2;;\n3;4;;\n")).frame) == ["a", "b"]


def test_columns_are_renamed_as_params_say_it(tmp_path: Path) -> None:
    path = write(tmp_path, "Q7ALL,Q1\n5,NA\n4,3\n4,3\n")
    found = read(path, columns_rename={"overall": "Q7ALL", "art": "Q1"})
    assert list(found.frame) == ["overall", "art"]
    assert found.words == {"art": ("NA",)}
    assert 'did you mean "Q7ALL"' in refusal(path, columns_rename={"overall": "Q7AL"})
    assert "stands in the file already" in refusal(path, columns_rename={"Q1": "Q7ALL"})
    assert "given 2 names" in refusal(path, columns_rename={"a": "Q1", "b": "Q1"})
    assert list(read(path, columns_rename={"Q1": "Q7ALL", "Q7ALL": "Q1"}).frame) == ["Q1", "Q7ALL"]


# what is refused


@pytest.mark.parametrize(
    ("text", "options", "says"),
    [
        ("a,b,a\n1,2,3\n", {}, ["more than once", '"a"', "columns 1, 3"]),
        ("a,,c\n1,2,3\n", {}, ["1 of 3 columns have no name", "column 2"]),
        ("a,b\n1,2\n3\n4,5,6\n", {}, ["2 of 3 rows", "line 3, 4", "1 cells in line 3: 3"]),
        ('a,b\n1,"x\ny"\n3,4,5\n', {}, ["line 4", "quotation marks around"]),
        ("Report\na,b\n1,2\n3,4\n", {"delimiter": ","}, ["say skip_rows: 1"]),
        ("Report 2025\na;b\n1;2\n", {}, ["say skip_rows: 1"]),
        ("a,b\nr1,1,2\nr2,3,4\n", {}, ["name the first column"]),
        ("a,b\n1,2,\n3,4,\n", {}, ["every row ends with a comma"]),
        ("a;b;c\n", {}, ["not a single row", "3 columns: a, b, c"]),
        ("a;b;c\n\n;;\n", {}, ["not a single row"]),
        ("\n\n", {}, ["no header row"]),
        ("a,b\n1,2\n", {"skip_rows": 9}, ["no header row", "smaller skip_rows"]),
        ("a,b\n1,2\n", {"skip_rows": -1}, ["0 or more"]),
        ("a;b\n1;2\n", {"delimiter": ","}, ["delimiter is not comma", "say delimiter: semicolon"]),
        ("a;b\n1;2\n", {"delimiter": ";;"}, ["one character"]),
        ('a,b\n1,"x\n2,y\n', {}, ["never ends", "line 2"]),
        ('a,b\n"1,x\n2,y\n', {}, ["never ends", "line 2"]),
        ("", {}, ["the file is empty"]),
        ("<!DOCTYPE html><html><body>Log in", {}, ["a web page (HTML)", "export again"]),
        ('{"id": 1}', {}, ["JSON"]),
        (b"PK\x03\x04rest", {}, ["a zip archive", "export a table"]),
        (b"PK\x03\x04xl/workbook", {}, ["not an Excel workbook", "cut off or damaged"]),
        (b"\x00\x00\x00\x00\x00\x00\x00\x00DUCK", {}, ["a DuckDB database", "query: SELECT"]),
        (bytes(range(256)) * 20, {}, ["not text in rows"]),
        ("a,b\n1,2\n", {"encoding": "utf-88"}, ['no encoding "utf-88"', '"utf-8"']),
        ("a,b\n1,2\n", {"sheet": 1}, ['"sheet" means nothing', "excel"]),
        ("a,b\n1,2\n", {"format": "cvs"}, ['did you mean "csv"']),
        ("a,b\n1,2\n", {"format": "excel"}, ["not an Excel workbook", "format: csv"]),
    ],
)
def test_refusals_say_what_where_and_what_to_try(
    tmp_path: Path, text: str | bytes, options: dict[str, object], says: list[str]
) -> None:
    message = refusal(write(tmp_path, text), **options)
    for part in says:
        assert part in message


def test_a_wrong_encoding_names_the_line_and_one_that_works(tmp_path: Path) -> None:
    path = write(tmp_path, f"id;comment\n1;ok\n2;{SLOVENE}\n".encode("cp1250"))
    message = refusal(path, encoding="utf-8")
    assert "line 3" in message
    assert "byte 0x8e" in message
    assert "say encoding: cp1250" in message
    assert "say encoding: utf-8" in refusal(write(tmp_path, "a;b\n1;ž\n22;x\n"), encoding="ascii")
    assert "say encoding: utf-8" in refusal(write(tmp_path, "a;b\n1;2\n\n"), encoding="utf-16")
    marked = write(tmp_path, "a;b\n1;2\n".encode("utf-8-sig"))
    assert "mark of utf-8" in refusal(marked, encoding="cp1252")
    assert read(marked, encoding="utf-8").frame.columns[0] == "a"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    write(tmp_path, "a,b\n1,2\n", "acme_2025.csv")
    assert 'did you mean "acme_2025.csv"' in refusal(tmp_path / "acme_2052.csv")
    with pytest.raises(DataError, match="no such folder"):
        read(tmp_path / "nowhere" / "acme.csv")
    assert "acme_2025.csv" in refusal(tmp_path)


@pytest.mark.parametrize("name", ["a.xls", "a.doc", "a", "a.sav", "a.parquet", "a.xlsx", "a.dta"])
def test_the_content_decides_and_a_note_says_so(tmp_path: Path, name: str) -> None:
    found = read(write(tmp_path, "a,b\n1,2\n", name))
    assert (found.format, found.n_rows) == ("csv", 1)
    assert codes(found) == ["format_by_content"]
    assert codes(read(tmp_path / name, format="csv")) == []


@pytest.mark.parametrize(
    ("name", "says"), [("a.xls", "save it as .xlsx"), ("a.doc", ".parquet"), ("a", "no extension")]
)
def test_an_unknown_extension_of_no_known_content(tmp_path: Path, name: str, says: str) -> None:
    message = refusal(write(tmp_path, b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 9, name))
    assert says in message
    assert "format: csv" in message


def test_a_file_that_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a,b\n1,2\n")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    assert "may not be read" in refusal(path)


# real files


@pytest.mark.reference
@pytest.mark.parametrize(
    ("file", "shape"),
    [
        ("ecsi_mobi/mobi.csv", (250, 24)),
        ("servqual_lab/responses.csv", (143, 45)),
        ("sfo_waves/2011_SFO_Customer_Survey.csv", (3872, 68)),
        ("sfo_waves/2017_SFO_Customer_Survey.csv", (2831, 97)),
        ("exports/limesurvey_full_answers.csv", (71, 34)),
        ("churn_telco/Telco-Customer-Churn.csv", (7043, 21)),
        ("olist_orders/olist_orders.csv", (5000, 8)),
    ],
)
def test_real_files(reference: Path, file: str, shape: tuple[int, int]) -> None:
    found = read(reference / "data" / file)
    assert found.frame.shape == shape
    assert (found.delimiter, found.decimal, found.first_line) == (",", ".", 2)


@pytest.mark.reference
def test_real_quirks(reference: Path) -> None:
    data = reference / "data"
    items = read(data / "servqual_lab" / "items.csv").frame
    assert items["item"][0] == "01"
    sfo = read(data / "sfo_waves" / "2017_SFO_Customer_Survey.csv")
    assert sfo.words["Q7ALL"] == ("Blank",)


# totals, and more encodings


def test_totals_at_the_end_are_left_out_and_told(tmp_path: Path) -> None:
    rows = "".join(f"{k},5\n" for k in range(8))
    found = read(write(tmp_path, f"id,q\n{rows}\nAverage,5\n"))
    assert found.n_rows == 8
    assert found.frame["id"].tolist() == list(range(8))
    noted = next(one for one in found.notes if one.code == "summary_rows")
    assert (noted["n"], noted["rows"]) == (1, (11,))


def test_a_word_in_a_text_is_no_total(tmp_path: Path) -> None:
    rows = "".join(f"{k},total\n" for k in range(8))
    assert read(write(tmp_path, f"id,q\n{rows}")).n_rows == 8


KOREAN = "서비스에 매우 만족합니다 감사합니다"


@pytest.mark.parametrize(
    ("text", "encoding"), [(KOREAN, "cp949"), (RUSSIAN, "cp1251"), (SLOVENE, "cp1250")]
)
def test_a_declared_or_found_encoding_is_used(tmp_path: Path, text: str, encoding: str) -> None:
    path = write(tmp_path, f"id;comment\n1;{text}\n".encode(encoding))
    assert read(path, encoding=encoding).frame["comment"][0] == text
    found = read(path)
    assert (found.encoding, found.frame["comment"][0]) == (encoding, text)
