SELECT unit_id, fresh FROM tick_units
