from flatsat.health_monitor import FATAL_S, WARNING_S, HealthMonitor


def test_a_part_that_falls_silent_is_named_and_then_the_watchdog_left_alone() -> None:
    works = {"inference": True, "journal": True}
    monitor = HealthMonitor({name: lambda name=name: works[name] for name in works})  # type: ignore[misc]
    monitor.tick(10.0)
    assert monitor.healthy
    assert monitor.trouble == ""
    works["inference"] = False
    monitor.tick(10.0 + WARNING_S - 0.1)
    assert monitor.trouble == ""
    monitor.tick(10.0 + WARNING_S)
    assert monitor.trouble == "inference does not answer"
    assert monitor.healthy
    monitor.tick(10.0 + FATAL_S)
    assert not monitor.healthy
    assert monitor.trouble == "inference does not answer: the watchdog is no longer stroked"
    works["inference"] = True
    monitor.tick(10.1 + FATAL_S)
    assert monitor.healthy
    assert monitor.trouble == ""


def test_a_part_has_its_time_to_come_up() -> None:
    monitor = HealthMonitor({"inference": lambda: False})
    monitor.tick(1000.0)
    assert monitor.trouble == ""
    monitor.tick(1000.0 + FATAL_S)
    assert not monitor.healthy
