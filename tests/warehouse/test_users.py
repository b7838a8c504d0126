"""Users: a name, a role and a password of which only a slow hash is kept."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanmart.warehouse import AuditLog, Role, Users, Warehouse
from spanmart.warehouse.accounts.audit_log import Author
from spanmart.warehouse.errors import UserError

PASSWORD = "correct horse battery"
OTHER = "staple in another way"
ADA = Author("user ada", "10.0.0.7")


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(tmp_path / "folder") as opened:
        yield opened


@pytest.fixture
def users(warehouse):
    return Users(warehouse)


def actions(warehouse):
    return [(entry.actor, entry.action, entry.subject) for entry in AuditLog(warehouse).newest(100)]


def test_a_user_is_known_by_name_in_any_case_and_password(users):
    ada = users.add("Ada", Role.ADMIN, PASSWORD)

    assert users.check("ADA", PASSWORD) == ada
    assert users.check("Ada", OTHER) is None
    assert users.check("Grace", PASSWORD) is None
    assert users.check("Ada", PASSWORD * 1000) is None


def test_the_password_is_nowhere_in_the_folder(tmp_path):
    with Warehouse.open(tmp_path) as warehouse:
        ada = Users(warehouse).add("ada", Role.ADMIN, PASSWORD)

    content = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"ada" in content
    assert PASSWORD.encode() not in content
    assert ada.password_hash.startswith("scrypt:")
    assert ada.password_hash not in repr(ada)


def test_users_and_the_key_of_their_sessions_outlive_the_process(tmp_path):
    with Warehouse.open(tmp_path) as warehouse:
        users = Users(warehouse)
        ada = users.add("ada", Role.ADMIN, PASSWORD)

    with Warehouse.open(tmp_path) as warehouse:
        again = Users(warehouse)
        assert again.all() == [ada]
        assert again.session_key == users.session_key
        assert len(again.session_key) == 64


@pytest.mark.parametrize(
    "change",
    [
        lambda users, ada: users.set_password("ADA", OTHER),
        lambda users, ada: users.set_role("ada", Role.VIEWER),
        lambda users, ada: users.end_sessions(ada, ADA),
    ],
)
def test_what_a_session_stands_on_changes_with_password_role_and_logging_out(users, change):
    users.add("grace", Role.ADMIN, PASSWORD)
    ada = users.add("ada", Role.ADMIN, PASSWORD)

    change(users, ada)

    assert users.find("ada").session_stamp != ada.session_stamp


def test_a_new_password_replaces_the_old_one(users):
    users.add("ada", Role.ADMIN, PASSWORD)
    users.set_password("ada", OTHER)

    assert users.check("ada", PASSWORD) is None
    assert users.check("ada", OTHER) is not None


@pytest.mark.parametrize(
    ("name", "password", "said"),
    [
        ("", PASSWORD, "cannot be a user's name"),
        (" ada", PASSWORD, "cannot be a user's name"),
        ("a\nb", PASSWORD, "cannot be a user's name"),
        ("a" * 101, PASSWORD, "cannot be a user's name"),
        ("GRACE", PASSWORD, "There is a user 'grace' already"),
        ("ada", "elevenchars", "12 to 1000 characters"),
        ("ada", "x" * 1001, "12 to 1000 characters"),
        ("ada", "half of a pair \ud800", "no text"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(users, name, password, said):
    grace = users.add("grace", Role.ADMIN, PASSWORD)

    with pytest.raises(UserError, match=said):
        users.add(name, Role.VIEWER, password)

    assert users.all() == [grace]


@pytest.mark.parametrize("do", ["set_password", "set_role", "remove"])
def test_a_user_that_is_not_there_is_named(users, do):
    given = {"set_password": [PASSWORD], "set_role": [Role.VIEWER], "remove": []}[do]
    with pytest.raises(UserError, match="no user 'ada'"):
        getattr(users, do)("ada", *given)


def test_there_is_an_admin_as_long_as_there_are_users(users):
    with pytest.raises(UserError, match="The first user must be an admin"):
        users.add("grace", Role.VIEWER, PASSWORD)
    users.add("ada", Role.ADMIN, PASSWORD)
    users.add("grace", Role.VIEWER, PASSWORD)

    with pytest.raises(UserError, match="'ada' is the only admin"):
        users.remove("ada")
    with pytest.raises(UserError, match="'ada' is the only admin"):
        users.set_role("ada", Role.VIEWER)
    users.set_role("grace", Role.ADMIN)
    users.remove("ada")

    assert [user.name for user in users.all()] == ["grace"]


def test_the_last_user_is_removed_from_the_command_line_alone(users):
    users.add("ada", Role.ADMIN, PASSWORD)

    with pytest.raises(UserError, match="only admin"):
        users.remove("ada", ADA)
    users.remove("ada")

    assert users.all() == []


def test_every_change_is_in_the_audit_log_with_its_author(users, warehouse):
    users.add("ada", Role.ADMIN, PASSWORD)
    ada = users.set_password("ada", OTHER, ADA)
    users.note_login(ada, ADA)
    users.end_sessions(ada, ADA)
    users.remove("ada")

    assert actions(warehouse) == [
        ("command line", "remove user", "ada"),
        ("user ada", "log out", "ada"),
        ("user ada", "log in", "ada"),
        ("user ada", "set password", "ada"),
        ("command line", "add user", "ada"),
    ]
    assert [entry.address for entry in AuditLog(warehouse).newest(2)] == ["", "10.0.0.7"]


def test_what_was_refused_is_not_in_the_audit_log(users, warehouse):
    users.add("ada", Role.ADMIN, PASSWORD)
    with pytest.raises(UserError):
        users.add("ada", Role.ADMIN, PASSWORD)

    assert len(actions(warehouse)) == 1


def test_the_audit_log_is_read_a_page_at_a_time(warehouse):
    log = AuditLog(warehouse)
    for number in range(5):
        log.record(ADA, "give feedback", f"call {number}", "accepted")

    first = log.newest(3)
    rest = log.newest(3, before=first[-1].entry)

    assert [entry.subject for entry in (*first, *rest)] == [f"call {number}" for number in (4, 3, 2, 1, 0)]
    assert (first[0].details, first[0].happened_at.utcoffset().total_seconds()) == ("accepted", 0)


def test_any_password_of_the_right_length_will_do(users):
    users.add("ada", Role.ADMIN, PASSWORD)

    @settings(max_examples=10)
    @given(st.text(st.characters(exclude_categories=["Cs"]), min_size=12, max_size=40))
    def fits(password):
        users.set_password("ada", password)
        assert users.check("ada", password) is not None

    fits()
