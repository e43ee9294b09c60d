"""Which AWS operations and settings a function can reach, read from its code without running it.

Only what is written plainly is followed: calls of functions and methods whose receiver has an annotated type, is
made by an annotated function or of a class right there. So that nothing stays unseen, the tests compare for
equality: an operation that this overlooks shows as a permission that nobody uses.
"""

import ast
import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tests.template.stack import FUNCTIONS, LAYER

Function = ast.FunctionDef
Name = tuple[str, str]  # module, and the name in it: `Class.method` for a method


@dataclass(frozen=True)
class Module:
    """One file: what it imports from our own package, its functions and methods, and its classes."""

    name: str
    tree: ast.Module
    imported: dict[str, Name] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    classes: dict[str, dict[str, str]] = field(default_factory=dict)  # class → attribute → type's name
    bases: dict[str, list[str]] = field(default_factory=dict)  # class → names of the classes it is made of


@dataclass(frozen=True)
class Call:
    """`client("s3").put_object`: service and operation as boto3 calls them, and the module that calls."""

    service: str
    operation: str
    module: str


@functools.cache
def module(name: str) -> Module:
    """The module plantain.<name> or functions.<verb>.app."""
    package, _, rest = name.partition(".")
    path = (LAYER if package == "plantain" else FUNCTIONS).joinpath(*rest.split(".")).with_suffix(".py")
    made = Module(name, ast.parse(path.read_text()))
    for node in made.tree.body:
        match node:
            case ast.ImportFrom(module=str(source)) if source.split(".")[0] == "plantain":
                for alias in node.names:
                    made.imported[alias.asname or alias.name] = (source, alias.name)
            case ast.FunctionDef():
                made.functions[node.name] = node
            case ast.ClassDef():
                made.classes[node.name] = _attributes(node)
                made.bases[node.name] = [base.id for base in node.bases if isinstance(base, ast.Name)]
                for method in node.body:
                    if isinstance(method, ast.FunctionDef):
                        made.functions[f"{node.name}.{method.name}"] = method
    return made


def _attributes(node: ast.ClassDef) -> dict[str, str]:
    """What `self.x` is, where a field `x: X` or `__init__(self, x: X)` says so: {"_jobs": "Jobs"}."""
    found: dict[str, str] = {}
    for field_of in node.body:
        match field_of:
            case ast.AnnAssign(target=ast.Name(id=attribute), annotation=ast.Name(id=kind)):
                found[attribute] = kind
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name == "__init__":
            types = _parameter_types(method)
            for part in ast.walk(method):
                match part:
                    case ast.Assign(targets=[ast.Attribute(attr=attribute)], value=ast.Name(id=name)) if (
                        name in types
                    ):
                        found[attribute] = types[name]
    return found


def _parameter_types(function: Function) -> dict[str, str]:
    arguments = [*function.args.args, *function.args.kwonlyargs]
    return {a.arg: a.annotation.id for a in arguments if isinstance(a.annotation, ast.Name)}


def resolved(home: str, name: str) -> Name | None:
    """Where a name of this module was defined, if that is in our own code."""
    here = module(home)
    if name in here.imported:
        source, original = here.imported[name]
        return (
            (f"{source}.{original}", "") if LAYER.joinpath(*source.split(".")[1:]).is_dir() else (source, original)
        )
    return (home, name) if name in here.functions or name in here.classes else None


def ancestry(kind: Name) -> Iterator[Name]:
    """A class and all of ours that it is made of."""
    home, name = kind
    yield kind
    for base in module(home).bases.get(name, []):
        if found := resolved(home, base):
            yield from ancestry(found)


@functools.cache
def reached(verb: str) -> frozenset[Name]:
    """Every function and method of ours that a call of this Lambda can come to, by what its code names."""
    app = f"functions.{verb}.app"
    found: set[Name] = set()
    ahead: list[Name] = [(app, name) for name in module(app).functions]
    ahead += _used(app, "", [node for node in module(app).tree.body if isinstance(node, ast.Assign | ast.Expr)])
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            home, qualified = name
            ahead += _used(home, qualified, [module(home).functions[qualified]])
    return frozenset(found)


def _used(home: str, qualified: str, parts: Sequence[ast.stmt]) -> list[Name]:
    owner = qualified.partition(".")[0] if "." in qualified else None
    types = {"self": (home, owner)} if owner else {}
    function = module(home).functions.get(qualified)
    for argument, annotation in (_parameter_types(function) if function else {}).items():
        if found := resolved(home, annotation):
            types[argument] = found
    nodes = [node for part in parts for node in ast.walk(part)]
    types |= _made(home, nodes)
    used: list[Name] = []
    for node in nodes:
        match node:
            case ast.Name(id=name) if (found := resolved(home, name)) and found[1] in module(found[0]).functions:
                used.append(found)
            case ast.Name(id=name) if (found := resolved(home, name)) and found[1] in module(found[0]).classes:
                used += _method(found, "__init__")
            case ast.Attribute(value=receiver, attr=attribute):
                if kind := _type_of(home, receiver, types):
                    used += _method(kind, attribute)
    return used


def _made(home: str, nodes: list[ast.AST]) -> dict[str, Name]:
    """The class of each variable where one is made: `x = X(…)`."""
    found = {}
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=variable)], value=ast.Call(func=ast.Name(id=name))) if (
                kind := resolved(home, name)
            ) and kind[1] in module(kind[0]).classes:
                found[variable] = kind
    return found


def _method(kind: Name, attribute: str) -> list[Name]:
    home, name = kind
    if not name:  # a module: `kie_answers.created`
        return [(home, attribute)] if attribute in module(home).functions else []
    found = ((there, f"{owner}.{attribute}") for there, owner in ancestry(kind))
    return [(there, method) for there, method in found if method in module(there).functions][:1]


def _type_of(home: str, receiver: ast.expr, types: dict[str, Name]) -> Name | None:
    match receiver:
        case ast.Name(id=name) if name in types:
            return types[name]
        case ast.Name(id=name) if (found := resolved(home, name)) and not found[1]:
            return found
        case ast.Attribute(value=ast.Name(id="self"), attr=attribute) if "self" in types:
            for there, owner in ancestry(types["self"]):
                if annotation := module(there).classes[owner].get(attribute):
                    return resolved(there, annotation)
        case ast.Call(func=ast.Name(id=name)) if found := resolved(home, name):
            there, original = found
            if original in module(there).classes:
                return found
            match module(there).functions[original].returns:
                case ast.Name(id=annotation):
                    return resolved(there, annotation)
    return None


def calls(verb: str) -> set[Call]:
    """Every call of an AWS client that this Lambda can come to."""
    return {call for home, name in reached(verb) for call in _calls_in(home, module(home).functions[name])}


def _calls_in(home: str, function: Function) -> Iterator[Call]:
    for node in ast.walk(function):
        match node:
            case ast.Call(func=ast.Attribute(value=receiver, attr=operation)) if service := _service(receiver):
                if operation == "generate_presigned_url":
                    assert isinstance(node.args[0], ast.Constant)
                    operation = str(node.args[0].value)
                if operation == "transact_write_items":
                    for verb in _verbs_of_a_transaction(node):
                        yield Call(service, f"{verb.lower()}_item", home)
                elif operation == "transact_get_items":
                    yield Call(service, "get_item", home)
                else:
                    yield Call(service, operation, home)
            case ast.Call(func=ast.Name(id="write_all")):  # transactions.py
                for verb in _verbs_of_a_transaction(node):
                    yield Call("dynamodb", f"{verb.lower()}_item", home)


def _service(receiver: ast.expr) -> str | None:
    """Ours are called `self._dynamodb` or, without a class, `client("secretsmanager")`."""
    match receiver:
        case ast.Attribute(
            value=ast.Name(id="self"),
            attr=("_dynamodb" | "_s3" | "_stepfunctions" | "_scheduler" | "_events") as attribute,
        ):
            return attribute.removeprefix("_")
        case ast.Call(func=ast.Name(id="client"), args=[ast.Constant(value=str(service))]):
            return service
        case _:
            return None


def _verbs_of_a_transaction(node: ast.AST) -> set[str]:
    keys = (key for part in ast.walk(node) if isinstance(part, ast.Dict) for key in part.keys)
    return {str(key.value) for key in keys if isinstance(key, ast.Constant)} & {"Put", "Update", "Delete"}


def settings(verb: str, home: str) -> set[str]:
    """The variables that say what a module of this Lambda acts on: where its classes or their heirs are made."""
    heirs = {
        there
        for there in {there for there, _ in reached(verb)}
        for name in module(there).classes
        if home in {base for base, _ in ancestry((there, name))}
    }
    return set().union(*map(environment, {home} | heirs))


def environment(home: str, function: Function | None = None) -> set[str]:
    """The variables that must be set: read as os.environ["X"]."""
    found = set()
    for node in ast.walk(function or module(home).tree):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name))):
                found.add(name)
    return found
