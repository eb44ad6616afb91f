"""
The 48 rows of the security checklist: shown by which tests, shown in part, or left out and why.

What is named must exist, so that a renamed test cannot leave a hole.
"""

import re
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]
ROWS = range(1, 49)
_GUARD = "integration/access/test_guard.py"
_DOORS = "integration/access/test_doors.py"
_SERVED = "integration/access/test_beyond_loopback.py"
_TOKENS = "unit/storage/test_tokens.py"
_CONFORMANCE = "integration/collector/test_conformance.py"
_BOMBS = "integration/collector/test_bombs.py"
_REDACT = "unit/collector/test_redact.py"
_SPOOL = "unit/collector/test_spool.py"
_VALIDATE = "unit/collector/test_validate.py"
_HTTP2 = "unit/collector/test_http2.py"
_MARKDOWN = "unit/dashboards/test_markdown.py"
_LETTERS = "integration/collector/test_dead_letters.py"

SHOWN = {
    1: [
        (_SERVED, "test_without_a_way_to_authenticate_it_does_not_start"),
        (_DOORS, "test_an_open_door_stays_on_loopback"),
    ],
    2: [(_DOORS, "test_a_bomb_without_a_token_is_not_inflated")],
    3: [
        (_TOKENS, "test_the_secret_is_nowhere_in_the_state_store"),
        (_TOKENS, "test_every_other_spelling_of_a_token_is_unknown"),
        (_TOKENS, "test_two_tokens_of_one_name_are_good_side_by_side"),
        (_DOORS, "test_a_token_is_for_its_signals_only"),
        (_SERVED, "test_a_token_made_and_revoked_beside_the_running_server"),
    ],
    4: [(_DOORS, "test_a_lost_state_store_asks_the_client_to_wait"), (_GUARD, "test_a_lost_state_store_is_503")],
    5: [(_DOORS, "test_tls_on_both_ports_and_no_plain_text_beside_it"), (_DOORS, "test_tls_1_1_is_refused")],
    6: [
        (_DOORS, "test_only_clients_of_the_authority_get_through_mtls"),
        (_DOORS, "test_a_renewed_certificate_is_served_without_a_restart_and_a_broken_one_is_not"),
    ],
    9: [(_GUARD, "test_the_matrix_of_routes_and_scopes"), (_GUARD, "test_paths_are_judged_as_they_are")],
    10: [
        (_GUARD, "test_a_session_ends_by_sign_out_by_time_and_with_its_token"),
        (_GUARD, "test_a_cookie_set_by_somebody_else_is_not_taken_over"),
        (_GUARD, "test_a_page_of_another_site_can_do_nothing"),
    ],
    15: [
        (_REDACT, "test_a_secret_in_every_text_of_a_request_is_found"),
        (_REDACT, "test_a_secret_anywhere_in_an_event_is_found"),
        (_LETTERS, "test_content_is_shown_as_it_would_be_stored"),
    ],
    16: [(_LETTERS, "test_letters_of_a_running_server_end_to_end")],
    17: [
        (_REDACT, "test_the_same_value_has_the_same_pseudonym_whatever_its_case_and_only_under_the_same_key"),
        ("integration/collector/test_redaction.py", "test_the_secret_of_pseudonyms_is_in_no_statement"),
    ],
    18: [(_SPOOL, "test_a_key_that_others_may_read_is_refused"), (_SPOOL, "test_a_wrong_key_is_refused")],
    19: [
        (_SPOOL, "test_nothing_readable_reaches_the_disk"),
        (_SPOOL, "test_a_tampered_dead_letter_is_not_shown"),
        (_LETTERS, "test_a_list_reads_facts_only_and_facts_stay_with_their_payload"),
    ],
    21: [(_CONFORMANCE, "test_too_large_is_413_and_the_connection_goes_on_row_23")],
    22: [
        (_BOMBS, "test_memory_stays_bounded_over_http"),
        (_BOMBS, "test_memory_stays_bounded_over_grpc"),
        ("unit/collector/test_inflate.py", "test_a_zstd_window_beyond_8_mib_is_refused"),
    ],
    24: [(_VALIDATE, "test_an_empty_message_bomb_is_refused")],
    25: [
        ("unit/collector/test_json_decode.py", "test_deep_nesting_is_refused_whatever_is_nested"),
        (_CONFORMANCE, "test_nesting_is_limited_alike_in_protobuf_and_json_row_46"),
    ],
    26: [
        (_VALIDATE, "test_a_bomb_of_empty_attributes_is_refused"),
        (_VALIDATE, "test_more_items_than_allowed_are_refused"),
    ],
    27: [
        (_CONFORMANCE, "test_a_slow_sender_is_dropped"),
        (_CONFORMANCE, "test_connections_beyond_the_limit_are_refused"),
        (_HTTP2, "test_calls_reset_at_once_and_without_end_are_stopped"),
        (_HTTP2, "test_streams_beyond_the_limit_are_refused_and_may_be_sent_again"),
    ],
    28: [(_CONFORMANCE, "test_ambiguous_http_is_closed_and_others_are_served_on")],
    30: [
        ("unit/collector/test_json_decode.py", "test_a_request_in_json_is_the_same_request"),
        (_VALIDATE, "test_a_walk_over_what_is_no_message_ends"),
    ],
    31: [("e2e/test_pages_in_browser.py", "test_hostile_values_run_nothing")],
    32: [
        (_MARKDOWN, "test_markup_in_the_source_is_shown_as_written"),
        (_MARKDOWN, "test_links_that_could_do_harm_are_only_text"),
        (_MARKDOWN, "test_pictures_are_not_fetched"),
    ],
    33: [("unit/dashboards/test_application.py", "test_every_answer_carries_the_security_headers")],
    34: [(_MARKDOWN, "test_links_to_elsewhere_open_without_telling_where_from")],
    35: [
        ("integration/storage/test_store.py", "test_values_are_bound_not_pasted"),
        ("contract/test_house_rules.py", "test_sql_that_says_something_stands_in_sql_files"),
    ],
    37: [
        ("integration/alerting/test_delivery.py", "test_private_addresses_are_refused_when_the_settings_say_so"),
        ("integration/alerting/test_delivery.py", "test_a_receiver_that_refuses_is_not_asked_again_and_health_says_so"),
    ],
    39: [("unit/analytics/test_export.py", "test_text_that_looks_like_a_formula_is_disarmed")],
    42: [(_SPOOL, "test_only_names_of_the_folder_are_dead_letters")],
    43: [(_DOORS, "test_no_page_of_another_site_may_read_an_answer")],
    44: [("integration/test_self_observation.py", "test_no_label_holds_a_value_of_telemetry")],
    45: [
        ("unit/collector/test_json_decode.py", "test_error_texts_do_not_repeat_values"),
        (_VALIDATE, "test_invalid_utf8_is_bad_data_and_its_text_is_not_repeated"),
        ("integration/storage/test_store.py", "test_an_error_never_quotes_the_data"),
    ],
}
# Rows of which the tests above show a part only, and what is missing.
IN_PART = {
    3: "tokens are for signals, sources and read/operate; there are no tenants",
    5: "plain text beyond loopback is warned of, not refused, for a proxy may do TLS",
    6: "no revocation lists, and no mapping of certificate names to rights: a client certificate may do everything",
    10: "a session has an end but no idle limit; second factors and single sign-on are left to a proxy in front",
    16: "what cannot be redacted becomes a dead letter; there is no allow-list mode for attribute keys",
    17: "one key for all; its rotation has no overlap",
    18: "a missing key file is made at the first start instead of refusing it",
    19: "Wayline encrypts spool and dead letters; the store wants an encrypted volume",
    27: "the OTLP ports only; the pages have the server library's limits",
    30: "property tests with generated input instead of coverage-guided fuzzing",
    33: "no HSTS, which is the proxy's to say where one does TLS",
    35: "the engine's user is the operator's to restrict",
    37: "blocked addresses are a setting, off by default: receivers inside a hospital are private addresses",
}
LEFT_OUT = {
    7: "no tenants: nothing in a request could choose one",
    8: "no tenants: whoever may read reads everything",
    11: "no access per patient that a break-glass would open",
    12: "no audit of reads; only deeds on dead letters leave a line in the log",
    13: "no audit log that would have to be immutable",
    14: "no audit log that would have to be kept",
    20: "deletion by patient is not built; redaction keeps patients out of the store",
    23: "nothing inside a payload is inflated, so there is no second bomb",
    29: "bytes under way are limited over all clients, not per credential or address",
    36: "no limit of an engine statement's time per question yet; ranges are bounded by paging only",
    38: "webhooks carry counts and links, no telemetry, but are not signed",
    40: "log lines are JSON and hold no telemetry; there is no test that throws control characters at them",
    41: "no table, topic or path is ever made from an event's field",
    46: "versions are pinned by a constraints file, without hashes, bill of materials or advisory check",
    47: "the container file runs as its own user; the rest of hardening is the platform's",
    48: "no backup command; the data folder is copied while stopped",
}


@cache
def functions_of(file):
    return set(re.findall(r"^(?:async )?def (test_\w+)", (TESTS / file).read_text(), re.MULTILINE))


def test_every_row_is_shown_or_left_out_with_a_reason():
    assert SHOWN.keys() | LEFT_OUT.keys() == set(ROWS)
    assert not SHOWN.keys() & LEFT_OUT.keys()
    assert IN_PART.keys() <= SHOWN.keys()
    assert all(len(reason) > 20 for reason in (*LEFT_OUT.values(), *IN_PART.values()))


@pytest.mark.parametrize("row", SHOWN)
def test_every_test_that_is_named_exists(row):
    assert [(file, test) for file, test in SHOWN[row] if test not in functions_of(file)] == []
