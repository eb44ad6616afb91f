"""
The conformance rows of OTLP 1.11 and the durability scenarios, each with the test that shows it or why it is left out.

A conformance row is also shown by every test of `test_conformance` whose name ends in its number. What is named here
must exist, so that a renamed test cannot leave a hole.
"""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TESTS = HERE.parents[1]
ROWS = range(1, 47)
SCENARIOS = range(1, 31)
_JSON = "unit/collector/test_json_decode.py"
_SPOOL = "unit/collector/test_spool.py"
_RECOVER = "unit/collector/test_recover.py"
_DECODE = "integration/collector/test_decode.py"
_FLUSH = "integration/collector/test_flush.py"
_KILL = "integration/collector/test_kill_points.py"
_LOOP = "integration/collector/test_kill.py"
_POWER = "integration/collector/test_power_loss.py"
_DISK = "integration/collector/test_disk_errors.py"
_LONG = "integration/collector/test_endurance.py"
_REMOTE = "integration/collector/test_remote_store.py"
_CONFORMANCE = "integration/collector/test_conformance.py"

# Rows that tests outside test_conformance show, too.
CONFORMANCE = {
    6: [("integration/collector/test_bombs.py", "test_memory_stays_bounded_over_grpc")],
    10: [("integration/access/test_doors.py", "test_a_lost_state_store_asks_the_client_to_wait")],
    27: [(_LOOP, "test_acknowledged_is_stored_once_whenever_the_process_is_killed")],  # killed at spool.synced
    32: [(_JSON, "test_what_is_not_hexadecimal_is_bad_data")],
    33: [(_JSON, "test_enums_are_numbers_known_or_not_and_known_names_are_taken")],
    34: [(_JSON, "test_a_request_in_json_is_the_same_request")],  # unknown keys are strewn in
    35: [(_JSON, "test_snake_case_is_not_the_field")],
    36: [(_JSON, "test_64_bit_integers_keep_their_precision")],
    37: [
        (_JSON, "test_doubles_have_words"),
        (_JSON, "test_a_bare_nan_token_is_bad_data"),
        (_JSON, "test_bytes_are_base64"),
        (_JSON, "test_null_is_absent"),
    ],
    38: [(_JSON, "test_official_examples_lose_nothing")],
    43: [
        (_DECODE, "test_every_field_of_a_span_is_read_back"),
        (_DECODE, "test_every_field_of_a_log_record_is_read_back"),
    ],
    44: [
        (_DECODE, "test_an_attribute_key_sent_twice_is_kept_twice"),
        (_DECODE, "test_every_field_of_a_span_is_read_back"),
    ],
}
CONFORMANCE_LEFT_OUT: dict[int, str] = {}

DURABILITY = {
    1: [(_LOOP, "test_acknowledged_is_stored_once_whenever_the_process_is_killed")],
    2: [(_KILL, "test_killed_at_any_system_call_the_spool_keeps_what_it_acknowledged_once")],
    3: [
        (_KILL, "test_killed_at_any_system_call_of_an_insert_every_acknowledged_row_is_stored_once"),
        (_KILL, "test_the_same_suite_finds_what_a_deduplication_token_alone_loses"),
    ],
    4: [(_LOOP, "test_acknowledged_is_stored_once_whenever_the_process_is_killed")],
    5: [(_POWER, "test_what_was_acknowledged_survives_a_power_cut_after_any_sync")],
    6: [
        (_POWER, "test_a_part_that_a_power_cut_emptied_is_noticed_and_its_rows_are_stored_anew"),
        (_POWER, "test_every_file_of_a_part_is_synced_before_it_gets_its_name_and_the_folder_after"),
        (_FLUSH, "test_rows_lost_by_the_store_after_retirement_are_stored_anew"),
    ],
    7: [(_DISK, "test_after_a_failed_sync_that_file_is_never_synced_as_if_it_were_good")],
    8: [
        (_DISK, "test_a_refused_write_is_not_acknowledged_and_costs_no_neighbour"),
        (_SPOOL, "test_a_short_write_is_completed"),
    ],
    9: [
        (_DISK, "test_a_store_whose_disk_is_full_is_tried_again_and_stores_each_row_once"),
        (_LONG, "test_while_the_sink_is_away_the_spool_fills_clients_wait_and_nothing_acknowledged_is_lost"),
    ],
    10: [
        (_DISK, "test_a_refused_write_is_not_acknowledged_and_costs_no_neighbour"),
        (_DISK, "test_without_a_file_descriptor_left_nothing_is_taken_until_there_is_one"),
    ],
    11: [(_RECOVER, "test_a_tail_torn_at_any_byte_is_cut_and_what_is_whole_stays")],
    12: [
        (_RECOVER, "test_a_flipped_bit_anywhere_costs_its_own_frame_only_and_never_silently"),
        (_RECOVER, "test_a_flipped_bit_in_the_segment_header_sets_the_file_aside"),
    ],
    13: [(_RECOVER, "test_a_tail_of_zeros_is_cut"), (_RECOVER, "test_a_length_of_4_gib_is_a_torn_tail")],
    14: [
        ("unit/collector/test_journal.py", "test_a_segment_that_vanished_before_it_was_stored_alarms_until_it_is_back"),
        ("unit/collector/test_journal.py", "test_a_journal_torn_at_any_byte_raises_no_false_alarm_and_loses_nothing"),
        (_RECOVER, "test_a_renamed_file_is_read_under_its_own_id"),
    ],
    15: [
        (_REMOTE, "test_what_is_acknowledged_while_the_server_is_down_is_stored_when_it_is_back"),
        (_LONG, "test_while_the_sink_is_away_the_spool_fills_clients_wait_and_nothing_acknowledged_is_lost"),
    ],
    16: [
        (_REMOTE, "test_what_the_server_does_wrong_neither_loses_nor_doubles_a_row"),
        (_LONG, "test_a_slow_sink_slows_no_acknowledgement_and_a_stop_loses_nothing"),
    ],
    17: [
        (_REMOTE, "test_what_the_server_does_wrong_neither_loses_nor_doubles_a_row"),
        (_REMOTE, "test_an_insert_whose_answer_is_lost_is_not_sent_again"),
    ],
    18: [
        (_FLUSH, "test_a_request_with_another_number_of_rows_is_buried_and_its_neighbours_are_stored"),
        (_FLUSH, "test_a_store_that_refuses_for_its_own_reasons_buries_nothing"),
    ],
    19: [
        (_LONG, "test_a_copied_segment_file_is_not_stored_twice"),
        (_SPOOL, "test_a_second_process_on_the_folder_is_refused"),
    ],
    20: [
        (_LOOP, "test_acknowledged_is_stored_once_whenever_the_process_is_killed"),
        (_CONFORMANCE, "test_the_same_bytes_again_are_stored_once_whatever_the_door_row_45"),
    ],
    21: [(_LONG, "test_a_slow_sink_slows_no_acknowledgement_and_a_stop_loses_nothing")],
    22: [(_SPOOL, "test_a_spool_over_its_quota_starts_refuses_and_drains")],
    23: [(_SPOOL, "test_a_spool_over_its_quota_starts_refuses_and_drains")],
    24: [(_LONG, "test_an_attempt_by_another_version_is_recognised_whatever_its_settings")],
    25: [
        (_LONG, "test_a_clock_that_jumps_by_days_costs_no_row_no_resend_and_no_order"),
        (
            "unit/collector/test_journal.py",
            "test_segment_ids_and_sequences_grow_after_every_file_is_gone_and_the_clock_went_back",
        ),
    ],
    27: [("integration/correlate/test_correlate_identity.py", "test_the_same_evidence_twice_counts_once")],
}
DURABILITY_LEFT_OUT = {
    26: "there is no broker source; what a stock Collector reads from a broker comes by OTLP or by otel_ingest",
    28: "a day is too long for a test; `bench_ingest` runs for as long as it is told and prints memory",
    29: "there is no backup command; a copied data folder starts like any other, and D6 covers what is missing in it",
    30: "no materialized view and no roll-up stands over the raw tables, so there is nothing to disagree with them",
}


@cache
def functions_of(name: str) -> frozenset[str]:
    tree = ast.parse((TESTS / name).read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_conformance_row_is_shown_or_left_out_with_a_reason():
    here = {int(row) for name in functions_of(_CONFORMANCE) for row in re.findall(r"_row_(\d+)", name)}
    shown = here | CONFORMANCE.keys()
    assert shown | CONFORMANCE_LEFT_OUT.keys() == set(ROWS)
    assert not shown & CONFORMANCE_LEFT_OUT.keys()


def test_every_durability_scenario_is_shown_or_left_out_with_a_reason():
    assert DURABILITY.keys() | DURABILITY_LEFT_OUT.keys() == set(SCENARIOS)
    assert not DURABILITY.keys() & DURABILITY_LEFT_OUT.keys()
    assert all(len(reason) > 20 for reason in DURABILITY_LEFT_OUT.values())


@pytest.mark.parametrize("table", [CONFORMANCE, DURABILITY], ids=["conformance", "durability"])
def test_every_test_that_is_named_exists(table):
    named = [one for tests in table.values() for one in tests]
    assert [(file, test) for file, test in named if test not in functions_of(file)] == []
