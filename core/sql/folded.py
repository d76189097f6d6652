"""Text compared by the one folding in a query: `<column>__folded` equals it, `<column>__folded_contains` contains it.

SQLite calls the folding itself. PostgreSQL folds with its own functions: canonical decomposition, ICU's lower case, the
few characters whose case folding is not their lower case, and composition. ASCII and most European texts, the common
cases, need their lower case only.
"""

from typing import Any

from django.db import models
from django.db.backends.signals import connection_created

from core.text.folding import INVISIBLE, fold_name

FUNCTION = "ims_fold"
# Characters whose case folding is another single character than their lower case, after decomposition. Cherokee is
# folded to its capitals.
CHEROKEE = "".join(map(chr, (*range(0xAB70, 0xABC0), *range(0x13F8, 0x13FE))))
CASED = "\u0345ς\u1c80\u1c81\u1c82\u1c83\u1c84\u1c85\u1c86\u1c87\u1c88" + CHEROKEE
CASE_FOLDED = "".join(each.casefold() for each in CASED)
# The scripts that contain them, and the characters that decompose to them. Other texts are spared the replacement,
# whose cost is the length of the text times the number of characters.
WITH_CASED = "\u0345\u0370-\u03ff\u13a0-\u13ff\u1c80-\u1c88\u1f00-\u1fff\uab70-\uabbf\U0001d6a8-\U0001d7cb"
# Letters and marks of most European texts: their folding is their lower case, without decomposition.
EUROPEAN = "\u0001-\u007fÀ-\u012f\u0131\u0134-\u013e\u0141-\u0148\u014a-\u017eЀ-\u045f–—\u2018-\u201f€"
ASCII_ON_SQLITE = "length(CAST({0} AS BLOB)) = length({0})"
ON_SQLITE = f"CASE WHEN {ASCII_ON_SQLITE} THEN lower({{0}}) ELSE {FUNCTION}({{0}}) END"
_LOWER = 'lower({} COLLATE "und-x-icu") COLLATE "C"'
_DECOMPOSED = _LOWER.format("normalize({0}, NFKD)")
_REPLACED = (
    f"CASE WHEN {{0}} ~ '[{WITH_CASED}]' THEN translate({_DECOMPOSED}, '{CASED}', '{CASE_FOLDED}') "
    f"ELSE {_DECOMPOSED} END"
)
_COMPOSED = f"normalize(regexp_replace(replace({_REPLACED}, 'ß', 'ss'), '[{INVISIBLE}]', '', 'g'), NFKC)"
ON_POSTGRESQL = (
    'CASE WHEN octet_length({0}) = char_length({0}) THEN lower({0} COLLATE "C") '
    f"WHEN {{0}} !~ '[^{EUROPEAN}]' THEN replace({_LOWER.format('{0}')}, 'ß', 'ss') ELSE {_COMPOSED} END"
)
ONE_LINE = {
    "sqlite": f"CASE WHEN {ASCII_ON_SQLITE} AND instr({{0}}, char(10)) = 0 AND instr({{0}}, char(9)) = 0 "
    f"AND instr({{0}}, '  ') = 0 THEN trim(lower({{0}})) ELSE {FUNCTION}({{0}}) END",
    "postgresql": rf"btrim(regexp_replace({ON_POSTGRESQL}, '\s+', ' ', 'g'))",
}


class _Folded(models.Lookup):
    """A comparison of a folded column with a folded text."""

    prepare_rhs = True

    def get_prep_lookup(self) -> str:
        return fold_name(str(self.rhs))

    def _column(self, compiler: Any, connection: Any, forms: dict[str, str]) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self.process_lhs(compiler, connection)
        form = forms[connection.vendor]
        return form.replace("%", "%%").replace("{0}", column), (*parameters,) * form.count("{0}")


@models.CharField.register_lookup
@models.TextField.register_lookup
class FoldedExact(_Folded):
    """Whether a column is the same text by the folding of names."""

    lookup_name = "folded"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, parameters = self._column(compiler, connection, ONE_LINE)
        return f"{column} = %s", (*parameters, self.rhs)


@models.CharField.register_lookup
@models.TextField.register_lookup
class FoldedContains(_Folded):
    """Whether a column contains a text, both folded; a text without white space, because the column's is as it was."""

    lookup_name = "folded_contains"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        forms = {"sqlite": ON_SQLITE, "postgresql": ON_POSTGRESQL}
        column, parameters = self._column(compiler, connection, forms)
        position = "strpos" if connection.vendor == "postgresql" else "instr"
        return f"{position}({column}, %s) > 0", (*parameters, self.rhs)


def _install(connection: Any, **options: Any) -> None:
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, 1, _fold, deterministic=True)


def _fold(text: Any) -> Any:
    return fold_name(text) if isinstance(text, str) else text


def install_folding() -> None:
    """Give every SQLite connection the folding from now on."""
    connection_created.connect(_install, dispatch_uid="core.sql.folded")
