-- Whether a status waits for one of these ids, which settlements have just learned. A function sees what was committed
-- before it was called: within a statement that has waited for locks, also what the statement's own snapshot is too old
-- to see.
CREATE FUNCTION status_waits(learned_tenants uuid[], learned_sources uuid[], learned_ids text[])
RETURNS boolean LANGUAGE plpgsql VOLATILE AS $status_waits$
BEGIN
    RETURN EXISTS (
        SELECT FROM unnest(learned_tenants, learned_sources, learned_ids) AS learned(tenant_id, source_id, external_id)
        JOIN parked_status ON parked_status.tenant_id = learned.tenant_id
            AND parked_status.source_id = learned.source_id AND parked_status.external_id = learned.external_id
    );
END
$status_waits$;
