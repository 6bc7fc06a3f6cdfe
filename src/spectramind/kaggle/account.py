"""Whose account Kaggle's client works for, by the client's own word.

It is asked rather than its files read: it alone knows the order of `KAGGLE_API_TOKEN`,
access_token, kaggle.json and a login in the browser, and which of them is still valid.
"""

from __future__ import annotations

import re

from spectramind.errors import ConfigurationError
from spectramind.kaggle.client import Client

_USER = re.compile(r"^- username: (?P<user>\S+)$", re.MULTILINE)


def account(client: Client, configured: str | None) -> str:
    """User name of the token, held against `kaggle.user`.

    Parameters
    ----------
    configured : `kaggle.user`; None takes what the token says

    Raises
    ------
    ConfigurationError : no valid token, a token of another account, or one without a name
    DataError : there is no client, or it fails
    """
    said = client.read("config", "view")
    if said.status != 0:
        raise said.failed("the name of the account", "check the network and the token")
    found = _USER.search(said.out)
    user = found["user"] if found and found["user"] != "None" else None
    if user is None and configured is None:
        raise ConfigurationError("the token names no account; set kaggle.user to your user name")
    if user is not None and configured is not None and user.lower() != configured.lower():
        text = f"kaggle.user is {configured}, but the token belongs to {user}"
        raise ConfigurationError(f"{text}; leave kaggle.user out, or use the token of {configured}")
    name = configured or user
    assert name is not None
    return name.lower()
