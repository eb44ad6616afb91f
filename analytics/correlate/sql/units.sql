SELECT unit_id FROM tick_units
