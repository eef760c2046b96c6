-- Leases due lanes of the wished targets: the steps of `claim_in` (queue/src/lease.rs), in one round trip and one commit.
-- Each statement in it sees what was committed before it, as in a transaction of several statements. Targets that
-- another transaction holds are left out. Returns a row for each due lane; one without a letter was marked idle, one that
-- is not `leased` had changed meanwhile.
CREATE FUNCTION claim_lanes(
    wished_tenants uuid[],
    wished_targets uuid[],
    wished_limits integer[],
    -- Thousandths of a request: a second, and saved up. The bounds of an adaptive rate are -1 for a fixed one.
    wished_rates bigint[],
    wished_bursts bigint[],
    wished_floors bigint[],
    wished_ceilings bigint[],
    new_owner uuid,
    new_claim bigint,
    -- Milliseconds, and milliseconds since 1970.
    lease bigint,
    at bigint
) RETURNS TABLE (
    tenant_id uuid, target uuid, probe boolean, leased boolean, lane_id uuid, conversation_id uuid, source_id uuid,
    direction smallint, stream smallint, owner uuid, epoch bigint, starts integer, due_at bigint, order_key bigint,
    seq bigint, id uuid, message_id uuid, kind smallint, payload text, attempts integer, unknown boolean, resends integer,
    late boolean, accepted_at bigint, expires_at bigint, day integer
) LANGUAGE plpgsql AS $claim_lanes$
#variable_conflict use_column
DECLARE
    wished record;
    pace bigint;
    bucket bigint;
    learned bigint;
    learned_at bigint;
    left_over bigint;
    allowed integer;
    due uuid[];
    more boolean;
    begun boolean;
    next_at bigint;
    next_reason text;
BEGIN
    FOR wished IN
        SELECT turn.tenant_id, turn.target, turn.tokens, turn.refilled_at, turn.reason, turn.rate, turn.rate_at, wish.most,
            wish.per_second, wish.burst, wish.floor, wish.ceiling
        FROM unnest(
            wished_tenants, wished_targets, wished_limits, wished_rates, wished_bursts, wished_floors, wished_ceilings
        ) AS wish(tenant_id, target, most, per_second, burst, floor, ceiling)
        JOIN turn ON turn.tenant_id = wish.tenant_id AND turn.target = wish.target
        WHERE turn.reason NOT LIKE 'held:%' AND turn.ready_at <= at
        ORDER BY turn.tenant_id, turn.target
        FOR NO KEY UPDATE OF turn SKIP LOCKED
    LOOP
        -- Its rate, as `Turn::pace` and `Turn::refill`. Any bucket is full after 1,000 seconds.
        pace := wished.per_second;
        bucket := wished.burst;
        learned := wished.rate;
        learned_at := wished.rate_at;
        IF wished.floor >= 0 THEN
            IF learned = 0 THEN
                learned := wished.per_second;
                learned_at := at - 1;
            END IF;
            learned := least(greatest(learned, wished.floor), wished.ceiling);
            pace := learned;
            bucket := greatest(learned, 1000);
        END IF;
        left_over := CASE
            WHEN wished.refilled_at = 0 THEN bucket
            ELSE least(wished.tokens + least(greatest(at - wished.refilled_at, 0), 1000000) * pace / 1000, bucket)
        END;
        allowed := CASE WHEN wished.reason = 'breaker' THEN least(wished.most, 1) ELSE wished.most END;
        allowed := greatest(least(allowed, left_over / 1000), 0);

        -- One more than allowed, if there is one.
        SELECT array_agg(found.lane_id ORDER BY found.due_at) INTO due FROM (
            SELECT lane.lane_id, lane.due_at FROM lane
            WHERE lane.tenant_id = wished.tenant_id AND lane.target = wished.target AND lane.due_at IS NOT NULL
                AND lane.due_at <= at
            ORDER BY lane.due_at LIMIT allowed + 1
        ) AS found;
        more := coalesce(cardinality(due), 0) > allowed;
        due := due[1:allowed];
        begun := false;
        IF cardinality(due) > 0 THEN
            left_over := left_over - 1000 * cardinality(due);
            RETURN QUERY
            WITH head AS MATERIALIZED (
                SELECT wanted.place, lane.lane_id, lane.conversation_id, lane.source_id, lane.direction, lane.stream,
                    lane.owner, lane.epoch, lane.starts, lane.due_at, letter.order_key, letter.seq, letter.id,
                    letter.message_id, letter.kind, letter.payload, letter.attempts, letter.unknown, letter.resends,
                    letter.late, letter.accepted_at, letter.expires_at, letter.day
                FROM unnest(due) WITH ORDINALITY AS wanted(lane_id, place)
                JOIN lane ON lane.tenant_id = wished.tenant_id AND lane.lane_id = wanted.lane_id
                -- The letter that was leased before and is not finished, else the first one.
                LEFT JOIN LATERAL (
                    (SELECT * FROM letter AS started
                    WHERE started.tenant_id = wished.tenant_id AND started.lane_id = wanted.lane_id
                        AND started.order_key >= lane.last_key
                    ORDER BY started.order_key, started.seq LIMIT 1)
                    UNION ALL
                    (SELECT * FROM letter AS first
                    WHERE first.tenant_id = wished.tenant_id AND first.lane_id = wanted.lane_id
                    ORDER BY first.order_key, first.seq LIMIT 1)
                    LIMIT 1
                ) AS letter ON true
            ), written AS (
                UPDATE lane SET owner = new_owner, claim = new_claim, epoch = head.epoch + 1, leased_until = at + lease,
                    due_at = at + lease, starts = lane.starts + 1, last_key = head.order_key
                FROM head
                WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = head.lane_id AND lane.epoch = head.epoch
                    AND head.id IS NOT NULL
                RETURNING lane.lane_id
            ), emptied AS (
                UPDATE lane SET due_at = NULL, waiting = 0, owner = NULL
                FROM head
                WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = head.lane_id AND head.id IS NULL
            )
            SELECT wished.tenant_id, wished.target, wished.reason = 'breaker', written.lane_id IS NOT NULL, head.lane_id,
                head.conversation_id, head.source_id, head.direction, head.stream, head.owner, head.epoch, head.starts,
                head.due_at, head.order_key, head.seq, head.id, head.message_id, head.kind, head.payload, head.attempts,
                head.unknown, head.resends, head.late, head.accepted_at, head.expires_at, head.day
            FROM head LEFT JOIN written ON written.lane_id = head.lane_id ORDER BY head.place;
            IF wished.reason = 'breaker' THEN
                begun := EXISTS (
                    SELECT FROM lane WHERE lane.tenant_id = wished.tenant_id AND lane.lane_id = ANY (due)
                        AND lane.owner = new_owner AND lane.claim = new_claim
                );
            END IF;
        END IF;

        -- When the target is due next, as `end_turns`.
        next_reason := '';
        IF begun THEN
            next_reason := wished.reason;
            next_at := at + lease;
        ELSIF more AND left_over < 1000 THEN
            next_reason := 'rate';
            next_at := at + (1000 - left_over) * 1000 / greatest(pace, 1) + 1;
        ELSIF more THEN
            next_at := at;
        ELSE
            SELECT min(lane.due_at) INTO next_at FROM lane
            WHERE lane.tenant_id = wished.tenant_id AND lane.target = wished.target AND lane.due_at IS NOT NULL;
        END IF;
        UPDATE turn SET ready_at = next_at, tokens = left_over, refilled_at = greatest(at, wished.refilled_at),
            reason = next_reason, rate = learned, rate_at = learned_at
        WHERE turn.tenant_id = wished.tenant_id AND turn.target = wished.target;
    END LOOP;
END
$claim_lanes$;
