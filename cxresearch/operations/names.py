"""Names of criteria and kinds of qualitative work that most companies use, in four languages."""

from __future__ import annotations

from collections.abc import Mapping

from cxresearch.registry.definitions import named

NAMES: Mapping[str, Mapping[str, str]] = {
    "all": named("whole time", "todo el periodo", "ves čas", "всё время"),
    "attitude": named("attitude", "actitud", "odnos", "отношение"),
    "recognition": named("recognition", "reconocimiento", "prepoznavanje", "узнавание"),
    "name_used": named("name used", "uso del nombre", "uporaba imena", "обращение по имени"),
    "name_correct": named("name correct", "nombre correcto", "pravilno ime", "верное имя"),
    "courtesy": named("courtesy", "cortesía", "vljudnost", "вежливость"),
    "teamwork": named("teamwork", "trabajo en equipo", "sodelovanje", "слаженность"),
    "accuracy": named("accuracy", "exactitud", "točnost", "точность"),
    "premises": named("premises", "instalaciones", "prostori", "помещение"),
    "waiting": named("waiting", "espera", "čakanje", "ожидание"),
    "knowledge": named("knowledge", "conocimientos", "znanje", "знания"),
    "focus group": named("focus group", "grupo focal", "fokusna skupina", "фокус-группа"),
    "panel": named("panel", "panel", "panel", "панель"),
    "staff interview": named(
        "staff interview", "entrevista al personal", "pogovor z osebjem", "интервью с персоналом"
    ),
    "third party": named(
        "outside study", "estudio externo", "zunanja raziskava", "внешнее исследование"
    ),
}
