"""Who floods waits for themselves only."""

from __future__ import annotations

from service.turns import MOST_WAITING, Turns


def brought(turns: Turns[str], who: str, count: int) -> None:
    for number in range(count):
        turns.put(who, f"{who}{number}")


def test_it_works() -> None:
    turns: Turns[str] = Turns()
    brought(turns, "a", 3)
    brought(turns, "b", 2)
    assert [turns.take() for _ in range(5)] == ["a0", "b0", "a1", "b1", "a2"]
    assert len(turns) == 0


def test_alone_one_may_bring_as_many_as_there_is_room_for() -> None:
    turns: Turns[str] = Turns()
    brought(turns, "a", MOST_WAITING - 1)
    assert turns.takes("a")
    brought(turns, "a", 1)
    assert not turns.takes("a")


def test_there_is_room_for_who_has_fewer() -> None:
    turns: Turns[str] = Turns()
    brought(turns, "a", MOST_WAITING)
    assert turns.takes("b")
    turns.put("b", "first")
    assert [turns.take(), turns.take()] == ["a0", "first"]


def test_many_together_come_to_an_end_too() -> None:
    turns: Turns[str] = Turns()
    brought(turns, "a", MOST_WAITING)
    for number in range(MOST_WAITING):
        assert turns.takes(number)
        turns.put(number, "one")
    assert not turns.takes("b")
