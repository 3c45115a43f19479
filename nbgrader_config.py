"""How nbgrader works here: `notebooks/` is the source, everything it makes lies under `build/`."""

import os
import sys
from pathlib import Path

from course.labs.engine import lesson_environment

c = get_config()
root = Path(__file__).resolve().parent
build = root / "build"
build.mkdir(exist_ok=True)  # the gradebook's database is not created in a folder that is not there

# nbgrader runs `alembic` by its name, also where the environment of this Python is not activated
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])

# a submission whose lab did not open must not find the teacher's own Docker Engine
os.environ.update(lesson_environment(dict(os.environ)))

c.CourseDirectory.course_id = "container-networking"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "notebooks"
c.CourseDirectory.release_directory = "build/release"
c.CourseDirectory.submitted_directory = "build/submitted"
c.CourseDirectory.autograded_directory = "build/autograded"
c.CourseDirectory.feedback_directory = "build/feedback"
c.CourseDirectory.solution_directory = "build/solution"
c.CourseDirectory.db_url = f"sqlite:///{build}/gradebook.db"
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "*.new.ipynb", ".course"]

# The folder that teacher and learners share. Elsewhere than here: COURSE_EXCHANGE names it.
if "COURSE_EXCHANGE" in os.environ:
    c.Exchange.root = os.environ["COURSE_EXCHANGE"]
else:
    c.Exchange.root = str(build / "exchange")
    Path(c.Exchange.root).mkdir(exist_ok=True)
    Path(c.Exchange.root).chmod(0o777)  # every learner writes to it; nbgrader guards what is inside

# An untouched answer must do nothing: a stub that raises would hide from the learner what their own lines say.
c.ClearSolutions.code_stub = {"python": "# your commands here"}
c.ClearSolutions.text_stub = "Your answer here."

c.OverwriteCells.add_missing_cells = True  # a deleted check counts as failed
# The plan that a learner submits counts, also where a teacher's own lies beside the source.
c.Autograde.exclude_overwriting = {"04_user_defined_networks": ["shop.yml"]}
c.Autograde.autograde_preprocessors = [  # nbgrader's own list, with a step of ours in place of Execute
    "graders.execution.ExecuteGraded",
    "nbgrader.preprocessors.IgnorePattern",
    "nbconvert.preprocessors.ClearMetadataPreprocessor",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Execute.store_widget_state = False  # nobody can click in feedback: it shows the pictures that widgets leave
c.Execute.timeout = 120  # seconds for one cell; opening a lab on a busy machine takes most of a minute
c.Execute.iopub_timeout = 30
c.Execute.startup_timeout = 120
