"""Names keep their letters in whatever encoding a file arrives; bytes of none are refused."""

from __future__ import annotations

import pytest
import small_study
from small_study import refused

import cxresearch as cx

SLOVENE = ("Žiga Šuštar je čakal predolgo", "Črt in Špela sta zelo zadovoljna", "Ljubljana Šiška")
RUSSIAN = ("Очень доволен обслуживанием", "Долго ждал ответа, но вежливо", "Всё хорошо, спасибо")
KOREAN = ("배송이 너무 늦었습니다", "직원이 친절했어요 감사합니다", "가격이 조금 비싸요")
SPANISH = ("¿Está satisfecho, señor Núñez?", "Añadió más información, ¡qué bien!", "Mañana será")
ENCODED = [
    *(("utf-8", words) for words in (SLOVENE, RUSSIAN, KOREAN, SPANISH)),
    *(("utf-8-sig", words) for words in (SLOVENE, RUSSIAN, KOREAN)),
    *(("utf-16", words) for words in (SLOVENE, RUSSIAN, KOREAN)),
    *(("utf-16-le", words) for words in (SLOVENE, SPANISH)),
    *(("utf-16-be", words) for words in (SLOVENE, SPANISH)),
    ("latin-1", SPANISH),
    ("cp1252", SPANISH),
    ("cp1250", SLOVENE),
    ("iso-8859-2", SLOVENE),
    ("cp1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("cp949", KOREAN),
]
DECLARED = [
    ("cp1250", SLOVENE),
    ("cp1251", RUSSIAN),
    ("cp949", KOREAN),
    ("latin-1", SPANISH),
    ("utf-16-be", KOREAN),
    ("utf-16-le", RUSSIAN),
    ("mac-roman", SPANISH),
]


def written(words, encoding):
    said = [words[row % len(words)] for row in range(small_study.N)]
    return said, small_study.csv(comment=said, region=said).encode(encoding)


@pytest.mark.parametrize(("encoding", "words"), ENCODED, ids=lambda value: str(value)[:12])
def test_the_encoding_is_found(tmp_path, encoding, words):
    said, content = written(words, encoding)
    study = cx.load_study(small_study.lay(tmp_path, answered=content))
    assert study.frame["comment"].tolist() == said
    assert set(study.groups("region")) == set(words)


@pytest.mark.parametrize(("encoding", "words"), DECLARED, ids=lambda value: str(value)[:12])
def test_a_declared_encoding_is_used(tmp_path, encoding, words):
    said, content = written(words, encoding)
    source = {"path": "answers.csv", "encoding": encoding}
    study = cx.load_study(
        small_study.lay(tmp_path, params={"data.responses": source}, answered=content)
    )
    assert study.frame["comment"].tolist() == said


@pytest.mark.parametrize(
    ("encoding", "words", "declared"),
    [("cp1250", SLOVENE, "utf-8"), ("utf-8", KOREAN, "ascii"), ("cp1251", RUSSIAN, "cp949")],
)
def test_bytes_that_the_declared_encoding_cannot_have_written(tmp_path, encoding, words, declared):
    source = {"path": "answers.csv", "encoding": declared}
    _, content = written(words, encoding)
    told = refused(small_study.lay(tmp_path, params={"data.responses": source}, answered=content))
    assert declared in told
    assert "line" in told
