"""A stand-in for the OpenAI API: the protocol is real, the text is composed by rules, no model is involved.

Every answer says so: the header `x-stand-in: true` and, where the API has the field, a `system_fingerprint`
that starts with `fp_stand_in`. It exists so that the demo and the tests need neither network nor key.
"""

from .faults import Fault, Faults
from .server import StandIn

__all__ = ["Fault", "Faults", "StandIn"]
