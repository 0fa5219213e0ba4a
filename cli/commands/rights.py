"""whether the roles may make each call that STACK's deployment in the sandbox made, and hold no right without need"""

from cli.options import SANDBOX, Stack
from cli.output import refuse, say
from cli.target import folder_of
from reports.rights import log, report, requests
from reports.rights.judge import JudgeError
from reports.rights.subjects import Place
from reports.rights.verdict import idle, judged
from stacks.files import FOLDER
from stacks.settings import load_file
from toolchain.npm_modules import UnavailableError

GROUP = "Look"


def run(stack: Stack = SANDBOX) -> int:
    """The command: 1 where a call is wrongly denied or allowed, or a right has neither need nor reason."""
    path = folder_of(stack) / log.NAME
    if not path.exists():
        return refuse(
            f"rights: no call for {stack} is logged yet; deploy it in the sandbox with `make up STACK={stack}`"
        )
    settings = load_file(FOLDER / f"Pulumi.{stack}.yaml")
    try:
        entries = log.read(path)
        whole = log.estate(entries, Place(account=settings.account_id, region=settings.region))
        logged = list(log.calls(entries, whole))
        made = judged(whole, logged)
        needed = judged(whole, list(requests.calls(whole)))
    except (LookupError, JudgeError, UnavailableError, log.LogError) as error:
        return refuse(f"rights: {error}")
    reasons, complaints = idle([made, needed])
    for line in (*report.summary(stack, made, needed), *report.spare(reasons)):
        say(line)
    wrong = sorted({*map(str, (*made.faults, *needed.faults)), *complaints, *log.unlisted(logged)})
    for line in wrong:
        say(line, "red")
    return int(bool(wrong))
