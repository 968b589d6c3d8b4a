"""Sentences on reading files and the exports of survey platforms."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
    "encoding_guessed": mark("{file} is not UTF-8; its letters were read as {encoding}."),
    "encoding_doubtful": mark(
        "{file} was read as {encoding}, as declared; its letters look more like {likely}."
    ),
    "decimal_comma": mark("{file} has numbers with a decimal comma: {columns}."),
    "decimal_unclear": mark(
        "A comma in {file} may be decimal or not, so these columns were left as text: {columns}."
    ),
    "blank_words": marks(
        "{n} cell in {column} holds a word such as {words} among numbers; the column was left as "
        "text.",
        "{n} cells in {column} hold words such as {words} among numbers; the column was left as "
        "text.",
    ),
    "numbers_as_text": marks(
        "{n} number in {column} was stored as text and read as a number.",
        "{n} numbers in {column} were stored as text and read as numbers.",
    ),
    "percent_cells": mark("Percent cells were read as shares of one: {column}."),
    "booleans_as_numbers": mark("True and false were read as 1 and 0: {columns}."),
    "rows_blank": marks(
        "{n} row of {file} is blank and was left out.",
        "{n} rows of {file} are blank and were left out.",
    ),
    "sheet_chosen": mark(
        "Of several sheets in {file}, the one with the most answers was read: {sheet} (not "
        "{others})."
    ),
    "format_by_content": mark("{file} was read as {format}: that is what it holds."),
    "header_below": marks(
        "{n} row above the header of {file} (row {row}) was skipped.",
        "{n} rows above the header of {file} (row {row}) were skipped.",
    ),
    "headings_joined": mark(
        "The header of {file} has two rows (from row {row}): merged headings went into the "
        "question texts."
    ),
    "headings_renamed": marks(
        "{n} heading of {file} stands twice and was numbered: {columns}.",
        "{n} headings of {file} stand twice and were numbered: {columns}.",
    ),
    "summary_rows": marks(
        "{n} row at the end of {file} sums up the others and was left out (row {rows}).",
        "{n} rows at the end of {file} sum up the others and were left out (rows {rows}).",
    ),
    "platform_detected": mark("{file} was read as an export of {platform}; its sign: {sign}."),
    "seen_unanswered": marks(
        "{n} cell of {file} is -99: the question was seen and not answered.",
        "{n} cells of {file} are -99: the question was seen and not answered.",
    ),
    "preview_rows": marks(
        "{n} row of {file} is a preview, a test or spam by its column {column}; it counts unless "
        "data.eligible leaves it out.",
        "{n} rows of {file} are previews, tests or spam by their column {column}; they count "
        "unless data.eligible leaves them out.",
    ),
    "not_shown_blank": marks(
        "{n} cell of {file} holds “{word}”, by which the platform marks a question that was not "
        "shown or not answered; it was read as blank.",
        "{n} cells of {file} hold “{word}”, by which the platform marks a question that was not "
        "shown or not answered; they were read as blank.",
    ),
    "answer_codes": marks(
        "{n} column of {file} holds answer codes such as A1, read as their numbers: {columns}.",
        "{n} columns of {file} hold answer codes such as A1, read as their numbers: {columns}.",
    ),
    "boxes_read": marks(
        "{n} question of {file} with boxes to tick was read as 1 (ticked) and 0: {columns}.",
        "{n} questions of {file} with boxes to tick were read as 1 (ticked) and 0: {columns}.",
    ),
    "choices_joined": marks(
        "{n} question of {file}, of which everybody ticked one box, also got one column: "
        "{columns}.",
        "{n} questions of {file}, of which everybody ticked one box, also got one column each: "
        "{columns}.",
    ),
    "boxes_divided": marks(
        "{n} question of {file} with several answers in one cell got a column for each answer: "
        "{columns}.",
        "{n} questions of {file} with several answers in one cell got a column for each answer: "
        "{columns}.",
    ),
    "duration_derived": mark(
        "The time of an interview in {file} was made from {start} and {end}: {column}, in seconds."
    ),
    "unfinished_rows": marks(
        "{n} questionnaire of {file} was not finished (column {column}); it counts unless "
        "data.eligible leaves it out.",
        "{n} questionnaires of {file} were not finished (column {column}); they count unless "
        "data.eligible leaves them out.",
    ),
    "file_missing_codes": marks(
        "{n} answer in {column} was a code that the file declares missing ({codes}).",
        "{n} answers in {column} were codes that the file declares missing ({codes}).",
    ),
    "stata_missing": marks(
        "{n} answer in {column} was one of Stata's missing values ({codes}).",
        "{n} answers in {column} were Stata's missing values ({codes}).",
    ),
    "codes_recoded": marks(
        "{n} answer in {column} of {file} was given another code, as the params say.",
        "{n} answers in {column} of {file} were given other codes, as the params say.",
    ),
    "labels_differ": mark(
        "The labels of {column} are not the same in {file} and {other} (codes {codes}): see "
        "whether they mean the same."
    ),
    "texts_differ": mark(
        "The question of {column} is worded differently in {files}: changes between them may be "
        "changes of wording."
    ),
    "column_renamed": mark(
        "{file} has no column {column}, but {candidate} asks the same question: if it is the same, "
        "say so under columns."
    ),
    "columns_absent": marks(
        "{file} lacks {n} column of the study, which cannot be compared with it: {columns}.",
        "{file} lacks {n} columns of the study, which cannot be compared with it: {columns}.",
    ),
}
