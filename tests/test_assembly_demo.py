"""The demo's plan, surveys and debate: there once, however often the seed runs, with something to do for the clerk."""

from stadtkern.domains.participation.models import Comment, Process, Reply, Statement, Weighing
from stadtkern.domains.participation.tests.conftest import bureau, moderator, second_moderator  # noqa: F401
from stadtkern.site import assembly


def test_the_demo_has_a_plan_surveys_and_a_debate(bureau, moderator, second_moderator):  # noqa: F811
    assert [assembly.play(), assembly.play()] == [4, 0]
    plan = Process.objects.get(kind="planbeteiligung")
    assert Statement.objects.filter(process=plan).count() == 9 and plan.state == "PUBLISHED"
    assert sorted(Weighing.objects.values_list("state", flat=True)) == ["APPROVED", "APPROVED", "PROPOSED"]
    assert Reply.objects.count() == 184 and set(Comment.objects.values_list("stance", flat=True)) == {"", "PRO", "CONTRA"}
