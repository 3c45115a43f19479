"""The policy on the engine of a lab host, as a pure function. On a real engine: test_policy_engine.py."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from course.labhost.gate.judgement import judge
from tests.labhost.wishlist import GRANTED, HOST_WISHES, REFUSED, Wish, container

PLAIN: dict[str, Any] = {
    "HostConfig": {
        "NetworkMode": "bridge", "Runtime": "runc", "CgroupnsMode": "host", "IpcMode": "private",
        "CapAdd": ["CAP_NET_ADMIN"], "ConsoleSize": [0, 0], "MaskedPaths": ["/proc/asound", "/proc/kcore"],
        "ReadonlyPaths": ["/proc/bus", "/proc/sys"], "LogConfig": {"Type": "json-file", "Config": {}},
    },
    "Mounts": [{"Type": "volume", "Name": "data"}, {"Type": "tmpfs"}],
}  # fmt: skip
VOLUME = {"Name": "data", "Driver": "local", "Options": None, "Mountpoint": "/var/lib/docker/volumes/data/_data"}
OBJECTS: dict[str, Any] = {
    "/containers/web/json": PLAIN,
    "/volumes/data": VOLUME,
    "/exec/abc/json": {"ProcessConfig": {"privileged": False}},
}


def verdict(wish: Wish) -> str:
    return judge(
        wish.method, wish.uri, {"Content-Type": "application/json"}, wish.bytes, lambda path: OBJECTS.get(path)
    )


def started(objects: dict[str, Any], uri: str = "/containers/web/start", body: bytes = b"") -> str:
    return judge("POST", uri, {}, body, (OBJECTS | objects).get)


# --- the table -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wish", REFUSED, ids=lambda wish: wish.name)
def test_a_refused_wish_says_what_and_why(wish: Wish) -> None:
    sentence = verdict(wish)
    assert wish.said in sentence
    assert sentence.startswith("This lab host refuses ") and ": " in sentence and sentence.endswith(".")
    assert len(sentence) < 400 and sentence.isprintable()


@pytest.mark.parametrize("wish", GRANTED, ids=lambda wish: wish.name)
def test_what_the_course_needs_is_granted(wish: Wish) -> None:
    assert verdict(wish) == ""


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(REFUSED) >= 60 and len(GRANTED) >= 60
    assert len({wish.name for wish in REFUSED + GRANTED}) == len(REFUSED) + len(GRANTED)


# --- what is judged as the engine understood it ----------------------------------------------------------------------


@pytest.mark.parametrize("act", ["start", "restart", "unpause"])
@pytest.mark.parametrize("name", sorted(HOST_WISHES.keys() - {"host control groups"}))  # cgroup v1 has no others
def test_what_got_past_the_creation_does_not_start(name: str, act: str) -> None:
    fields, said = HOST_WISHES[name]
    known = copy.deepcopy(PLAIN)
    known["HostConfig"] |= fields
    assert said in started({"/containers/web/json": known}, f"/containers/web/{act}")


def test_a_volume_that_is_a_mount_of_something_else_stops_the_start() -> None:
    assert started({}) == ""
    assert "volume driver options" in started({"/volumes/data": VOLUME | {"Options": {"o": "bind"}}})
    assert "the volume driver nfs" in started({"/volumes/data": VOLUME | {"Driver": "nfs"}})


def test_a_bind_mount_inherited_from_another_container_stops_the_start() -> None:
    assert "a mount of type bind" in started({"/containers/web/json": PLAIN | {"Mounts": [{"Type": "bind"}]}})


def test_a_privileged_exec_does_not_start() -> None:
    known = {"/exec/abc/json": {"ProcessConfig": {"privileged": True}}}
    assert started({}, "/exec/abc/start", b'{"Detach": false, "Tty": false}') == ""
    assert "exec --privileged" in started(known, "/exec/abc/start", b'{"Detach": false, "Tty": false}')


def test_starting_what_does_not_exist_is_left_to_the_engine() -> None:
    assert judge("POST", "/containers/none/start", {}, b"", lambda path: None) == ""


def test_an_engine_that_does_not_answer_starts_nothing() -> None:
    def silence(path: str) -> Any:
        raise TimeoutError("no answer")

    assert "could not judge: TimeoutError" in judge("POST", "/containers/web/start", {}, b"", silence)


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "Multipart/Form-Data; boundary=x"])
@pytest.mark.parametrize("header", ["Content-Type", "content-type"])
def test_a_form_is_refused_because_the_engine_reads_it_as_a_query(kind: str, header: str) -> None:
    assert "sent as a form" in judge("POST", "/build", {header: kind}, b"", OBJECTS.get)


# --- nonsense --------------------------------------------------------------------------------------------------------

spoken = sorted({name for fields, _ in HOST_WISHES.values() for name in fields})
field_names = some.text() | some.sampled_from([*spoken, "HostConfig", "Image", "TaskTemplate", "IPAM"])
values: some.SearchStrategy[Any] = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(field_names, inner, max_size=4),
    max_leaves=20,
)
paths = some.sampled_from(sorted({wish.uri for wish in REFUSED + GRANTED})) | some.text()
methods = some.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"]) | some.text()


@given(methods, paths, some.dictionaries(some.text(), some.text(), max_size=3), some.binary() | values, values)
def test_nonsense_gets_a_verdict(method: str, uri: str, headers: dict[str, str], body: Any, known: Any) -> None:
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert isinstance(judge(method, uri, headers, text, lambda path: known), str)


@given(some.binary())
def test_no_bytes_make_a_privileged_container(noise: bytes) -> None:
    body = noise + json.dumps(container(Privileged=True)).encode()
    assert judge("POST", "/containers/create", {}, body, OBJECTS.get) != ""


@given(some.sampled_from(sorted(HOST_WISHES)), some.randoms(), some.booleans())
def test_no_spelling_of_a_forbidden_wish_gets_through(name: str, chance: Any, old_form: bool) -> None:
    def respell(word: str) -> str:
        swaps = {"s": "sSſ", "k": "kK\u212a"}
        return "".join(chance.choice(swaps.get(letter.lower(), letter.lower() + letter.upper())) for letter in word)

    fields = {respell(field): value for field, value in HOST_WISHES[name][0].items()}
    body = {"Image": "x", **fields} if old_form else {"Image": "x", respell("HostConfig"): fields}
    assert judge("POST", "/containers/create", {}, json.dumps(body).encode(), OBJECTS.get) != ""


@given(some.sampled_from(sorted(HOST_WISHES)), some.booleans(), some.booleans())
def test_a_repeated_key_never_hides_a_wish(name: str, first: bool, inner: bool) -> None:
    bad = json.dumps(HOST_WISHES[name][0])[1:-1]
    field = next(iter(HOST_WISHES[name][0]))
    hidden = (
        [bad, f'"{field}": null'] if inner else [f'"HostConfig": {{{bad}}}', '"HostConfig": {"NetworkMode": "none"}']
    )
    text = ", ".join(hidden if first else hidden[::-1])
    body = f'{{"HostConfig": {{{text}}}}}' if inner else f"{{{text}}}"
    assert judge("POST", "/containers/create", {}, body.encode(), OBJECTS.get) != ""
