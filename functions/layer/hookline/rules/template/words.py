"""The words that a template may use: MiniJinja's own where they can't run away, and ours."""


def _words(spoken: str) -> frozenset[str]:
    return frozenset(spoken.split())


STATEMENTS = _words(
    "if elif else endif for endfor set endset with endwith macro endmacro call endcall filter endfilter "
    "include import from break continue raw endraw"
)
# These take no longer for a larger value, or hardly.
QUICK_FILTERS = _words("abs bool default d first last float int length count round safe")
# These do; what they are given is looked at before.
SLOW_FILTERS = _words(
    "attr capitalize escape e groupby lines list lower map max min reject rejectattr reverse select "
    "selectattr sort string sum title trim unique upper urlencode"
)
TESTS = _words(
    "boolean defined divisibleby endingwith eq equalto escaped even false filter float ge gt greaterthan in "
    "integer iterable le lessthan lower lt mapping ne none number odd safe sameas sequence startingwith string test "
    "true undefined upper"
)
# These go through whatever they are given, as the operators do that they are named after.
COMPARING_TESTS = _words("eq equalto ge greaterthan gt in le lessthan lt ne")
# Methods of texts that people know from Python; none of them makes a text much longer.
METHODS = _words(
    "capitalize count endswith find isalnum isalpha isascii isdigit islower isnumeric isspace isupper lower lstrip "
    "rfind rstrip startswith strip title upper"
)
# Methods that are filters here.
AS_FILTERS = {"items": "items", "keys": "list", "replace": "replace", "split": "split"}
# What a module can't be asked for: the name that it is imported under may stand for a text, too.
METHODS_ELSEWHERE = frozenset({*dir(str), *dir(list), *dir(dict)})
# These take the name of a filter or a test, as so many arguments from the first.
BY_NAME = {"map": 1, "select": 1, "reject": 1, "selectattr": 2, "rejectattr": 2}
# What is inserted where MiniJinja has no bounds: `Budget`'s methods under names that no template may use.
ADD, CONCATENATE, MULTIPLY, LIST, MAP, RANGE, SPEND, TICK, HERE, DEFAULT, IN, ORDERED = (
    "_add", "_concatenate", "_multiply", "_list", "_map", "_range", "_spend", "_tick", "_here", "_default", "_in",
    "_ordered",
)  # fmt: skip
INSERTED = frozenset({ADD, CONCATENATE, MULTIPLY, LIST, MAP, RANGE, SPEND, TICK, HERE, DEFAULT, IN, ORDERED})
# What they are asked of nothing is not there either; MiniJinja fails.
OF_NOTHING = _words("count first last length")
NOTHING_IS_EMPTY = "default('', true)"
# For each item of a list a larger value could be had, or a larger one looked through.
FOR_EACH = {"d": DEFAULT, "default": DEFAULT, "in": IN}
FUNCTIONS = {"range": RANGE}
CALLABLE = frozenset({"range", "loop", "caller"})
