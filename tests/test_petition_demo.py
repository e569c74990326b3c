"""The demo's petition: shortly before its number, and there once, however often the seed runs."""

from stadtkern.domains.participation.models import Petition
from stadtkern.domains.participation.tests.conftest import bureau, moderator, second_moderator  # noqa: F401
from stadtkern.domains.participation.tests.test_petition import neighbour  # noqa: F401
from stadtkern.kernel.accounts.models import Account
from stadtkern.site import signatures


def test_the_demo_has_one_petition_short_of_its_number(bureau, moderator, second_moderator, citizen, neighbour):  # noqa: F811
    Account.objects.filter(pk=citizen.pk).update(email="zoe.celik@demo.musterstadt.example")
    assert [signatures.play(), signatures.play()] == [1, 1]
    petition = Petition.objects.get()
    assert (petition.state, petition.counted, petition.needed) == ("COLLECTING", 199, 200)
