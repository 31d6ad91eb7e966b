"""The kinds of policies that there are, and the making of their networks. A new kind is one entry here."""

from robopolicy.common.errors import UnknownName, UserError
from robopolicy.policies.base.config import PolicyConfig
from robopolicy.policies.base.spec import PolicySpec
from robopolicy.policies.free.kind import FREE
from robopolicy.policies.networks.action_heads import HEADS, ActionHead
from robopolicy.policies.networks.kind import PolicyKind
from robopolicy.policies.networks.network import PolicyNetwork
from robopolicy.policies.slots.kind import SLOTS

KINDS: tuple[PolicyKind, ...] = (SLOTS, FREE)


def kind_named(name: str) -> PolicyKind:
    """The kind of that name; raises `UnknownName` with the nearest."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise UnknownName("conditioning", name, (kind.name for kind in KINDS))


def head_named(name: str) -> type[ActionHead]:
    """The action head of that name; raises `UnknownName` with the nearest."""
    for known, head in HEADS:
        if known == name:
            return head
    raise UnknownName("head", name, (known for known, _ in HEADS))


def check_policy(config: PolicyConfig, spec: PolicySpec) -> PolicyConfig:
    """The config, if there is such a kind and head, and a code for each family. Raises `UserError`."""
    families = len(spec.families)
    if config.codes < families:
        raise UserError(f"codes must be at least {families}, one for each family, not {config.codes}")
    kind_named(config.conditioning)
    head_named(config.head)
    return config


def build(config: PolicyConfig, spec: PolicySpec) -> PolicyNetwork:
    """A network with fresh weights, for the families and things of a spec. Raises `UserError`."""
    check_policy(config, spec)
    return kind_named(config.conditioning).network(config, spec, head_named(config.head))
