"""A city folder of its own, as the tests of the catalogue use it."""

from stadtkern.kernel.services.tests.conftest import city_folder

__all__ = ["city_folder"]
