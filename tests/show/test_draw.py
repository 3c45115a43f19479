"""The picture of a topology, and the forms in which it shows itself."""

from __future__ import annotations

import base64
import dataclasses
import re
from pathlib import Path
from typing import get_args

import pytest
from PIL import Image

from course.errors import CourseError
from course.observe.layer import Layer, Question
from course.observe.matrix import Matrix
from course.show.draw import draw
from course.topology.model import Attachment, Container, Network, State, Topology
from tests.show.journeys import ping
from tests.show.topologies import HOST1, LAN, LAPTOP, attached, bridge, crowd


def words(svg: str) -> list[str]:
    """The texts of an SVG."""
    return [text.strip() for text in re.findall(r"<text[^>]*>([^<]*)</text>", svg)]


def test_everything_that_is_there_is_written_in_the_picture() -> None:
    written = words(draw(crowd(2)).svg())
    there = ["host1", "lab host", "bridge", "172.30.0.0/16", "docker0 172.30.0.1", "worker-0", "worker-1", "toolbox"]
    there += ["running", "eth0", "172.30.0.2", "172.30.0.3", "LAN", LAN, "10.213.7.11", "laptop", "10.213.7.101"]
    assert set(there) <= set(written)


@pytest.mark.parametrize("state", get_args(State))
def test_a_state_is_a_word_and_a_shape(state: State) -> None:
    svg, running = draw(crowd(1, state=state)).svg(), draw(crowd(1)).svg()
    assert any(state in word for word in words(svg))

    def shapes(text: str) -> str:
        return re.sub(r"#[0-9a-f]{6}|<text.*?</text>", "", text, flags=re.S)

    assert state in ("running", "paused") or shapes(svg) != shapes(running)


def test_a_name_with_dollars_is_shown_as_it_is() -> None:
    net = dataclasses.replace(bridge(), name="my $net_1$")
    assert "my $net_1$" in words(draw(Topology("t", (HOST1,), (net,))).svg())


def test_letters_that_the_font_lacks_do_no_harm() -> None:
    assert draw(Topology("t", (HOST1,), (Network("網路", "host1"),))).png()


def test_light_and_dark_differ_in_colours_alone() -> None:
    light, dark = (draw(crowd(2), theme=theme).svg() for theme in ("light", "dark"))
    assert light != dark
    assert re.sub("#[0-9a-f]{6}", "", light) == re.sub("#[0-9a-f]{6}", "", dark)


def test_an_unknown_theme_is_refused_with_those_there_are() -> None:
    with pytest.raises(CourseError, match="no theme 'sepia'") as caught:
        draw(crowd(0), theme="sepia")
    assert "light, dark" in caught.value.next


def test_a_page_gets_a_png_with_words_and_both_themes_over_it() -> None:
    picture = draw(crowd(1))
    page = picture.html()
    assert f'alt="{picture.alt}"' in page and "data:image/png;base64," in page
    assert page.count("data:image/svg+xml,") == 2 and '[data-jp-theme-light="false"]' in page


def test_a_picture_of_a_chosen_theme_does_not_follow_the_page() -> None:
    page = draw(crowd(1), theme="dark").html()
    assert page.count("data:image/svg+xml,") == 1 and "data-jp-theme-light" not in page


def test_two_pictures_on_a_page_do_not_style_each_other() -> None:
    names = [re.findall(r"course-[0-9a-f]{12}", draw(crowd(number)).html()) for number in (1, 2)]
    assert set(names[0]).isdisjoint(names[1])


def test_the_same_topology_gives_the_same_page() -> None:
    assert draw(crowd(3)).html() == draw(crowd(3)).html()


def test_a_notebook_gets_every_form_and_the_words() -> None:
    picture = draw(crowd(1))
    forms, about = picture._repr_mimebundle_()
    assert base64.b64decode(forms["image/png"]) == picture.png()
    assert forms["text/plain"] == repr(picture) == about["image/png"]["alt"]
    assert about["image/png"]["width"] == picture.size[0]


@pytest.mark.parametrize("suffix", [".svg", ".png", ".pdf"])
def test_a_picture_is_saved_as_its_name_says(tmp_path: Path, suffix: str) -> None:
    file = draw(crowd(1)).save(tmp_path / f"lab{suffix}")
    assert file.stat().st_size > 1000


def test_a_png_is_sharp(tmp_path: Path) -> None:
    picture = draw(crowd(1))
    with Image.open(picture.save(tmp_path / "lab.png")) as image:
        assert image.size == (2 * picture.size[0], 2 * picture.size[1])


def test_a_picture_cannot_be_saved_as_just_anything(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"cannot be written as 'lab.doc'") as caught:
        draw(crowd(0)).save(tmp_path / "lab.doc")
    assert caught.value.next == "end it in .svg, .png, .pdf"


def test_no_figure_is_left_open_to_be_shown_twice() -> None:
    from matplotlib import pyplot

    draw(crowd(1))
    assert pyplot.get_fignums() == []


def test_a_matrix_and_a_journey_are_drawn_too() -> None:
    assert repr(draw(Matrix((), (Layer(Question("icmp"), {}),)))).startswith("ICMP")
    assert repr(draw(ping())).startswith("The journey of a packet from client to web")


def test_what_cannot_be_drawn_is_told_with_what_can() -> None:
    with pytest.raises(CourseError, match="a str cannot be drawn") as caught:
        draw("lab")  # type: ignore[arg-type]
    assert "draw(lab)" in caught.value.next


def test_nothing_at_all_can_be_drawn() -> None:
    assert words(draw(Topology("empty")).svg()) == ["nothing here yet"]


def test_a_stem_is_joined_by_a_dot_and_a_line_is_drawn_for_each_network() -> None:
    alone, both = draw(attached({"web": ["front"]})).svg(), draw(attached({"web": ["front", "back"]})).svg()
    assert both.count("\nC ") > alone.count("\nC ")


def test_the_words_say_where_everything_is() -> None:
    shop = Topology(
        "shop",
        (HOST1, LAPTOP),
        (bridge(), Network("back", "host1", subnets=("10.1.0.0/24",), internal=True)),
        (Container("web", "host1", state="running"), Container("log", "host1", shares="container:web"), *_lonely()),
        (Attachment("web", "bridge", "host1", "eth0", "172.30.0.2"), Attachment("web", "back", "host1")),
        LAN,
    )
    assert repr(draw(shop)).split(". ") == [
        "lab host host1 and machine laptop on the LAN 10.213.7.0/24",
        "host1 at 10.213.7.11 has network bridge (bridge, 172.30.0.0/16, docker0) "
        "and network back (internal bridge, 10.1.0.0/24)",
        "web is running, on bridge as 172.30.0.2 and back",
        "log is planned, in the network namespace of web",
        "tap is planned, in the network namespace of its host",
        "job is planned, on no network",
        "laptop is a machine at 10.213.7.101.",
    ]


def _lonely() -> tuple[Container, ...]:
    return (Container("tap", "host1", shares="host"), Container("job", "host1", shares="none"))
