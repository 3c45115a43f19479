"""Answers to lesson 02."""

from course.labs.learner import Values
from graders.lessons import default_bridge
from tests.answers import RIGHT, Answers

SITE = Values("tester", "02_default_bridge").choice("site", default_bridge.SITES)
BAKERY = f"laptop cannot fetch http://host1:{Values('tester', '02_default_bridge').port('bakery')}"

ANSWERS: Answers = {
    "site_is_published": {
        "untouched": ("", f"{SITE} does not exist"),
        "right": (RIGHT, None),
        "not published": ("!docker run -d --name {mine.site} web", f"{SITE} is not published"),
        "published on the port of the container": (
            "!docker run -d --name {mine.site} -p 80:80 web",
            f"{SITE} is published on another port",
        ),
        "ports the wrong way round": (
            "!docker run -d --name {mine.site} -p 80:{mine.port} web",
            f"{SITE} is published, but not its port 80",
        ),
        "another image": (
            "!docker run -d --name {mine.site} -p {mine.port}:80 toolbox",
            f"{SITE} runs another image",
        ),
        "for host1 alone": (
            "!docker run -d --name {mine.site} -p 127.0.0.1:{mine.port}:80 web",
            f"{SITE} is published on another address",
        ),
        "another name": ("!docker run -d --name site -p {mine.port}:80 web", f"{SITE} does not exist"),
        "stopped": (
            "!docker run -d --name {mine.site} -p {mine.port}:80 web\n!docker stop {mine.site}",
            f"{SITE} is not running",
        ),
    },
    "admin_stays_private": {
        "untouched": ("", "admin does not exist"),
        "right": (RIGHT, None),
        "published to everyone": (
            "!docker run -d --name admin -p {mine.admin_port}:80 web",
            "admin is published on another address",
        ),
        "not published at all": ("!docker run -d --name admin web", "admin is not published"),
        "private and public at once": (
            "!docker run -d --name admin -p 127.0.0.1:{mine.admin_port}:80 -p 8200:80 web",
            "admin is published more than once",
        ),
        "on the host's network": (
            "!docker run -d --name admin --network host -e PORT={mine.admin_port} web",
            "admin is not published",
        ),
    },
    "two_shops": {
        "untouched": ("", "north does not exist"),
        "right": (RIGHT, None),
        "both on one port": (
            "!docker run -d --name north --restart always -p {mine.north_port}:80 web\n"
            "!docker run -d --name south --restart always -p {mine.north_port}:80 web",
            "south is not running",
        ),
        "swapped": (
            "!docker run -d --name north --restart always -p {mine.south_port}:80 web\n"
            "!docker run -d --name south --restart always -p {mine.north_port}:80 web",
            "north is published on another port",
        ),
        "they do not come back": (
            "!docker run -d --name north -p {mine.north_port}:80 web\n"
            "!docker run -d --name south -p {mine.south_port}:80 web",
            "north does not come back when its process dies",
        ),
        "one shop at both ports": (
            "!docker run -d --name north --restart always -p {mine.north_port}:80 -p {mine.south_port}:80 web",
            "south does not exist",
        ),
    },
    "address_by_program": {
        "untouched": ("", "watcher does not exist"),
        "right": (RIGHT, None),
        "the address of the bridge": (
            "lab.client.containers.run('toolbox', ['ping', '172.30.0.1'], name='watcher', detach=True)",
            "watcher does not ping beacon",
        ),
        "by name": (
            "lab.client.containers.run('toolbox', ['ping', 'beacon'], name='watcher', detach=True)",
            "watcher is not running",
        ),
        "no command": (
            "lab.client.containers.run('toolbox', name='watcher', detach=True)",
            "watcher does not ping beacon",
        ),
    },
    "bakery_is_repaired": {
        "untouched": ("", BAKERY),
        "right": (RIGHT, None),
        "restarted": ("!docker restart bakery", BAKERY),
        "another shop in its place": (
            "!docker rm -f bakery\n!docker run -d --name bakery2 -p {mine.bakery_port}:80 web",
            "bakery does not exist",
        ),
        "published on another port": ("!docker rm -f bakery\n!docker run -d --name bakery -p 80:80 web", BAKERY),
    },
}
