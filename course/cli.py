"""The command ``course``. Exit code 0: fine, 1: something is wrong, 2: wrong usage, 130: interrupted."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from course.errors import CourseError

# Everything else is imported where it is used: `course --help` answers at once.

FOLDER = "~/container-networking"
JUPYTER = Path(__file__).parent / "labs" / "jupyter"  # hides nbgrader's tools for teachers, and JupyterLab's news


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = _parser().parse_args(arguments)
    act: Callable[[argparse.Namespace], int] = options.act
    try:
        return act(options)
    except CourseError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\ninterrupted; run it again to go on", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("course", description="Container networking by experiment.")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")

    start = _add(commands, "start", _start, "make or update your copy of the lessons and open JupyterLab on it")
    start.add_argument("folder", nargs="?", type=Path, default=Path(FOLDER), help=f"your copy (default: {FOLDER})")
    start.add_argument("--as", dest="learner", metavar="NAME", help="whose lessons these are (default: your user name)")
    start.add_argument("--no-browser", action="store_true", help="print the address and open no browser")
    start.add_argument("--port", type=int, default=8888, help="JupyterLab's port (default: 8888, or the next free one)")

    doctor = _add(commands, "doctor", _doctor, "say what works on this machine, what does not, and what that costs")
    doctor.add_argument("--json", action="store_true", help="for programs")

    images = _add(commands, "images", _images_list, "the images that lab hosts are made from")
    steps = images.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add(steps, "build", _images_build, "build what is missing or out of date")
    _add(steps, "check", _images_check, "exit with 0 if they are ready, with 1 if not")
    _add(steps, "list", _images_list, "list the images")
    _add(steps, "retire", _images_retire, "remove those of older versions of the course that no lab runs on")
    _add(steps, "save", _images_save, "write all to one file, for classrooms without internet").add_argument(
        "file", type=Path
    )
    _add(steps, "load", _images_load, "take them from such a file").add_argument("file", type=Path)

    _add(commands, "labs", _labs, "list the labs that are running")
    clean = _add(commands, "clean", _clean, "remove all labs and images of the course, and nothing else")
    clean.add_argument("--labs", action="store_true", help="labs only: keep the images")

    release = _add(commands, "release", _release, "for teachers: make the learners' version of the lessons")
    release.add_argument("lessons", nargs="*", metavar="LESSON", help="such as 02_default_bridge (default: all)")
    return parser


def _add(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    act: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    command.set_defaults(act=act)
    return command


# --- start ------------------------------------------------------------------------------------------------


def _start(options: argparse.Namespace) -> int:
    from course.labs import workspace

    update = workspace.start(options.folder, options.learner)
    print("\n".join(update.lines()), flush=True)
    _ensure_images()
    os.chdir(update.folder)
    command, environment = jupyter(options.port, not options.no_browser)
    sys.stdout.flush()
    os.execve(command[0], command, environment)


def jupyter(port: int, browser: bool) -> tuple[list[str], dict[str, str]]:
    """The command line and the environment of a JupyterLab for the workspace in the working directory.

    Its terminals speak to the lab that was opened last; kernels open labs through the outer engine, as the user would.
    """
    from course.labs.engine import outer_environment
    from course.labs.paths import run_root

    environment = outer_environment(dict(os.environ))
    environment["COURSE_OUTER_HOST"] = environment.get("DOCKER_HOST", "")
    environment["DOCKER_HOST"] = f"unix://{run_root()}/current/docker.sock"
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(
        [str(JUPYTER), *filter(None, [environment.get("JUPYTER_CONFIG_PATH")])]
    )
    command = [sys.executable, "-m", "jupyter", "lab", f"--port={port}", "--LabApp.default_url=/lab/tree/index.ipynb"]
    command += ["--Application.log_level=ERROR"]  # the address is still told
    command += ["--KernelManager.transport=ipc"]  # other users of this machine cannot listen in
    command += [] if browser else ["--no-browser"]
    command += ["--allow-root"] if os.getuid() == 0 else []
    return command, environment


# --- doctor -----------------------------------------------------------------------------------------------


def _doctor(options: argparse.Namespace) -> int:
    from course.labs.doctor import doctor

    report = doctor()
    print(json.dumps(report.data(), indent=1, ensure_ascii=False) if options.json else report)
    return 0 if report.healthy else 1


# --- images -----------------------------------------------------------------------------------------------


def _ensure_images() -> None:
    from course.labs import images
    from course.terminal import Telling

    with Telling() as tell:
        images.ensure(tell)


def _images_build(options: argparse.Namespace) -> int:
    _ensure_images()
    print("the images are ready")
    return 0


def _images_check(options: argparse.Namespace) -> int:
    from course.labs import engine, images, recipes

    ready = images.find(engine.connect(), recipes.recipes())
    print("the images are ready" if ready else "the images are missing or out of date: course images build")
    return 0 if ready else 1


def _images_list(options: argparse.Namespace) -> int:
    from course.labs import images
    from course.terminal import show, table

    rows = table("image", "size", "")
    for record in images.records():
        rows.add_row(record.tag, f"{record.size / 1e6:.0f} MB", "" if record.current else "of an older version")
    show(rows, "there are no images yet: course images build")
    return 0


def _images_retire(options: argparse.Namespace) -> int:
    from course.labs import images

    return _tell_removed(images.retire(), "there are no images of older versions")


def _images_save(options: argparse.Namespace) -> int:
    from course.labs import images

    _ensure_images()
    print(f"{options.file}: {images.save(options.file) / 1e6:.0f} MB")
    return 0


def _images_load(options: argparse.Namespace) -> int:
    from course.labs import images
    from course.terminal import Telling

    with Telling() as tell:
        images.load(options.file, tell)
    print("the images are ready")
    return 0


# --- labs -------------------------------------------------------------------------------------------------


def _labs(options: argparse.Namespace) -> int:
    from course.labs import census
    from course.terminal import show, table

    rows = table("lab", "learner", "machines", "running for")
    for record in census.labs():
        minutes = (time.time() - record.created) / 60
        rows.add_row(record.name, record.learner, ", ".join(record.hosts), f"{minutes:.0f} min")
    show(rows, "no lab is running")
    return 0


def _clean(options: argparse.Namespace) -> int:
    from course.labs import images, sweep

    removed = sweep.clean()
    if not options.labs:
        removed += images.remove()
    return _tell_removed(removed, "there was nothing to remove")


def _tell_removed(removed: list[str], nothing: str) -> int:
    print("\n".join([f"removed {name}" for name in removed] or [nothing]))
    return 0


def _release(options: argparse.Namespace) -> int:
    from course.labs import release

    for lesson in options.lessons or release.lessons():
        print(f"{lesson}: {release.generate(lesson)}", flush=True)
    return 0
