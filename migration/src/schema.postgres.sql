-- Storage of tables of the first release.

-- Updated all the time: there is room to update rows in place, and dead rows are vacuumed before they slow down scans.
ALTER TABLE lane SET (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE letter SET (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);
ALTER TABLE turn SET (
    fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0
);

-- Every message of a customer changes `heard_at`, which is in no index.
ALTER TABLE conversation SET (fillfactor = 80);

-- Worthless after a second and written with every call, so a crash may empty it.
ALTER TABLE rest_pace SET UNLOGGED;
