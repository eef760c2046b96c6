"""Client of Parom's API: connects a messenger to amoCRM and Kommo."""

from . import types
from .client import Page, Problem
from .parom import Parom
from .webhook import InvalidSignature, verify

__all__ = ["InvalidSignature", "Page", "Parom", "Problem", "types", "verify"]
