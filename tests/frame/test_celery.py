"""The worker's timetable and its two transports."""

from zhtj.celery import TIMETABLE, app, transport


def test_every_task_of_the_timetable_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in TIMETABLE.values()} <= set(app.tasks)


def test_days_are_those_of_shanghai():
    assert app.conf.timezone == "Asia/Shanghai"
    assert TIMETABLE["daily bulletin"]["schedule"].hour == {8}


def test_what_no_worker_takes_in_time_is_dropped_and_the_next_turn_does_it():
    """A thousand sweeps after a night without a worker would queue every batch a thousand times."""
    for name, entry in TIMETABLE.items():
        schedule, expires = entry["schedule"], entry["options"]["expires"]
        turns = len(schedule.minute) * len(schedule.hour)
        assert 2 <= expires / (86_400 / turns) <= 5 or (turns == 1 and expires == 86_400), name


def test_a_broker_that_hangs_costs_whoever_waits_seconds(tmp_path):
    options = transport("redis://127.0.0.1:6379/0", tmp_path)["broker_transport_options"]
    assert (options["socket_connect_timeout"], options["socket_timeout"], options["max_retries"]) == (2, 5, 0)
    assert app.conf.broker_connection_max_retries is None, "a worker waits for its broker however long"


def test_with_redis_a_parked_message_comes_back_within_minutes(tmp_path):
    conf = transport("redis://127.0.0.1:6379/0", tmp_path)
    assert conf["broker_url"].startswith("redis://")
    assert conf["broker_transport_options"]["visibility_timeout"] <= 600
    assert list(tmp_path.iterdir()) == []


def test_without_redis_messages_are_files_in_folders_that_exist(tmp_path):
    conf = transport("", tmp_path)
    assert conf["broker_url"].startswith("filesystem://")
    assert (tmp_path / "queue").is_dir()
    assert conf["broker_transport_options"]["data_folder_in"] == str(tmp_path / "queue")
