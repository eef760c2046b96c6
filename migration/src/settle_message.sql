-- Settles one letter that was accepted by the other side, or had nothing left to report: what the statement of
-- queue/src/settle/one_statement.rs does for one letter, in plain statements and branches (see accept_message.sql).
--
-- Returns 0 if it is not plain, because the target is held or a status waits for the id just learned; nothing is changed
-- then but the learned ids. 2 if something may be due, else 1. If the lease is lost it gives up (SQLSTATE 22012) and changes
-- nothing.
CREATE FUNCTION settle_message(
    its_tenant_id uuid, its_message_id uuid, its_conversation_id uuid, its_source_id uuid, its_direction smallint,
    its_kind smallint,
    -- Its lease.
    its_target uuid, its_lane_id uuid, its_epoch bigint, its_owner uuid, its_order_key bigint, its_seq bigint,
    -- Accepted by the other side; else there was nothing left to report.
    is_delivered boolean,
    -- Milliseconds that the lane rests.
    rest bigint,
    -- Whether the target answered, its rate may be raised, and a webhook was accepted.
    is_answered boolean, adapts boolean, is_hooked boolean,
    -- Of a message. A state of -1 changes none; an empty id was not learned.
    new_state smallint, is_revived boolean, new_error text, new_external_id text, new_amocrm_message_id text,
    may_be_duplicate boolean,
    -- The key under which the message is known from now on; none without an origin.
    key_origin uuid, key_id text, key_event smallint, key_day integer,
    -- Another alias of the conversation; none without a side.
    alias_side smallint, alias_origin uuid, alias_external_id text,
    -- amojo's id of the chat, and the messenger's id under which a status may wait; empty for none.
    chat_id text, parked_id text,
    -- The attempt; none without a time.
    attempt_at bigint, attempt_millis integer, attempt_verdict text, attempt_status integer, attempt_answer text,
    attempt_reason text, attempt_request text, attempt_letter_id uuid, attempt_webhook_id uuid, attempt_event text,
    attempt_took bigint,
    -- The day of the ledger in which it counts as delivered; none if it does not.
    ledger_day integer,
    -- A letter that follows, of another lane; none without an id.
    next_id uuid, next_message_id uuid, next_source_id uuid, next_direction smallint, next_stream smallint,
    next_target uuid, next_lane_id uuid, next_kind smallint, next_payload text, next_late boolean, next_accepted_at bigint,
    next_expires_at bigint, next_day integer, next_hint bigint,
    -- Milliseconds since 1970.
    at bigint
) RETURNS bigint LANGUAGE plpgsql AS $settle_message$
#variable_conflict use_column
DECLARE
    its_turn record;
    other_turn record;
    its_lane record;
    next_lane record;
    has_other_turn boolean := next_target <> its_target;
    due bigint;
    wakes boolean;
    is_held boolean;
BEGIN
    IF key_origin IS NOT NULL THEN
        INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day)
        VALUES (its_tenant_id, key_origin, key_id, key_event, its_message_id, 0, key_day) ON CONFLICT DO NOTHING;
    END IF;
    IF alias_side IS NOT NULL THEN
        INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id)
        VALUES (its_tenant_id, alias_side, alias_origin, alias_external_id, its_conversation_id) ON CONFLICT DO NOTHING;
    END IF;

    -- Turns are locked in their order.
    IF has_other_turn AND next_target < its_target THEN
        SELECT turn.reason, turn.ready_at INTO other_turn FROM turn
        WHERE turn.tenant_id = its_tenant_id AND turn.target = next_target FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN 0;
        END IF;
    END IF;
    SELECT turn.reason, turn.ready_at INTO its_turn FROM turn
    WHERE turn.tenant_id = its_tenant_id AND turn.target = its_target FOR NO KEY UPDATE;
    IF NOT FOUND OR its_turn.reason = 'breaker' OR its_turn.reason LIKE 'held:%' THEN
        RETURN 0;
    END IF;
    IF has_other_turn AND next_target > its_target THEN
        SELECT turn.reason, turn.ready_at INTO other_turn FROM turn
        WHERE turn.tenant_id = its_tenant_id AND turn.target = next_target FOR NO KEY UPDATE;
        IF NOT FOUND THEN
            RETURN 0;
        END IF;
    END IF;
    -- Who stores a status locks its turn too, and looks for the id afterwards, so that one of both sees the other.
    IF parked_id <> '' AND EXISTS (
        SELECT FROM parked_status WHERE parked_status.tenant_id = its_tenant_id
            AND parked_status.source_id = its_source_id AND parked_status.external_id = parked_id
    ) THEN
        RETURN 0;
    END IF;

    UPDATE lane SET owner = NULL, leased_until = 0, starts = 0, last_key = 0, waiting = greatest(lane.waiting - 1, 0),
        due_at = CASE WHEN lane.waiting > 1 THEN at + rest END,
        carried = CASE WHEN is_delivered THEN lane.carried + 1 ELSE lane.carried END
    WHERE lane.tenant_id = its_tenant_id AND lane.lane_id = its_lane_id AND lane.epoch = its_epoch
        AND lane.owner = its_owner
    RETURNING lane.due_at, lane.carried INTO its_lane;
    IF NOT FOUND THEN
        RAISE division_by_zero;
    END IF;
    DELETE FROM letter WHERE letter.tenant_id = its_tenant_id AND letter.lane_id = its_lane_id
        AND letter.order_key = its_order_key AND letter.seq = its_seq;

    IF its_kind = 1 THEN
        -- States only go up; a dead letter that is delivered late counts by its own success.
        UPDATE message SET
            state = CASE WHEN is_revived THEN new_state WHEN new_state = 4 AND message.state < 2 THEN 4
                WHEN new_state < 4 AND new_state > message.state THEN new_state ELSE message.state END,
            error = CASE WHEN is_revived THEN '' WHEN new_state = 4 AND message.state < 2 THEN new_error
                ELSE message.error END,
            reported = CASE WHEN is_revived THEN 0 ELSE message.reported END,
            external_id = CASE WHEN new_external_id = '' THEN message.external_id ELSE new_external_id END,
            amocrm_message_id = CASE WHEN new_amocrm_message_id = '' THEN message.amocrm_message_id
                ELSE new_amocrm_message_id END,
            position = CASE WHEN is_delivered AND its_lane.carried <> 0 THEN its_lane.carried ELSE message.position END,
            possible_duplicate = message.possible_duplicate OR may_be_duplicate
        WHERE message.tenant_id = its_tenant_id AND message.id = its_message_id;
    ELSIF is_delivered THEN
        UPDATE message SET reported = new_state,
            state = CASE WHEN new_state = 4 AND message.state < 2 THEN 4
                WHEN new_state < 4 AND message.state < new_state THEN new_state ELSE message.state END,
            error = CASE WHEN new_state = 4 AND message.state < 2 THEN new_error ELSE message.error END
        WHERE message.tenant_id = its_tenant_id AND message.id = its_message_id AND message.reported < new_state;
    END IF;
    IF attempt_at IS NOT NULL THEN
        INSERT INTO attempt (
            tenant_id, message_id, letter_id, number, kind, direction, at, ms, verdict, status, answer, reason, request, id,
            source_id, event, took
        ) SELECT its_tenant_id, its_message_id, attempt_letter_id, 1 + count(*), its_kind, its_direction, attempt_at,
            attempt_millis, attempt_verdict, attempt_status, attempt_answer, attempt_reason, nullif(attempt_request, ''),
            CASE WHEN attempt_event = '' THEN NULL ELSE attempt_webhook_id END,
            CASE WHEN attempt_event = '' THEN NULL ELSE its_source_id END, attempt_event, attempt_took
        FROM attempt AS earlier WHERE earlier.tenant_id = its_tenant_id AND earlier.message_id = its_message_id
            AND earlier.letter_id = attempt_letter_id
        ON CONFLICT DO NOTHING;
    END IF;
    IF ledger_day IS NOT NULL THEN
        UPDATE ledger_delta SET delivered = ledger_delta.delivered + 1
        WHERE ledger_delta.tenant_id = its_tenant_id AND ledger_delta.source_id = its_source_id
            AND ledger_delta.direction = its_direction AND ledger_delta.day = ledger_day
            AND ledger_delta.instance = its_owner;
        IF NOT FOUND THEN
            INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed)
            VALUES (its_tenant_id, its_source_id, its_direction, ledger_day, its_owner, 0, 1, 0)
            ON CONFLICT (tenant_id, source_id, direction, day, instance)
            DO UPDATE SET delivered = ledger_delta.delivered + 1;
        END IF;
    END IF;
    IF chat_id <> '' THEN
        UPDATE conversation SET amocrm_chat_id = chat_id WHERE conversation.tenant_id = its_tenant_id
            AND conversation.id = its_conversation_id AND conversation.amocrm_chat_id = '';
    END IF;

    due := its_lane.due_at;
    is_held := its_turn.reason <> '';
    IF next_id IS NOT NULL THEN
        UPDATE lane SET next_seq = lane.next_seq + 1, waiting = lane.waiting + 1, due_at = coalesce(lane.due_at, at),
            max_key = greatest(lane.max_key, next_hint)
        WHERE lane.tenant_id = its_tenant_id AND lane.lane_id = next_lane_id
        RETURNING lane.next_seq, lane.max_key, lane.due_at INTO next_lane;
        IF NOT FOUND THEN
            INSERT INTO lane (
                tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, last_key, max_key,
                waiting, due_at, owner, epoch, leased_until, starts, carried
            ) VALUES (
                its_tenant_id, next_lane_id, its_conversation_id, next_source_id, next_direction, next_stream, next_target,
                2, 0, next_hint, 1, at, NULL, 0, 0, 0, 0
            ) RETURNING lane.next_seq, lane.max_key, lane.due_at INTO next_lane;
        END IF;
        INSERT INTO letter (
            tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, attempts, unknown,
            resends, late, accepted_at, expires_at, day
        ) VALUES (
            its_tenant_id, next_lane_id, CASE WHEN next_hint = 0 THEN next_lane.max_key ELSE next_hint END,
            next_lane.next_seq - 1, next_id, next_message_id, next_source_id, next_direction, next_kind, next_payload, 0, false,
            0, next_late, next_accepted_at, next_expires_at, next_day
        );
        IF has_other_turn THEN
            is_held := is_held OR other_turn.reason <> '';
            IF other_turn.reason = '' AND (other_turn.ready_at IS NULL OR other_turn.ready_at > next_lane.due_at) THEN
                UPDATE turn SET ready_at = next_lane.due_at
                WHERE turn.tenant_id = its_tenant_id AND turn.target = next_target;
            END IF;
        ELSE
            due := least(due, next_lane.due_at);
        END IF;
    END IF;
    wakes := its_turn.reason = '' AND due IS NOT NULL AND (its_turn.ready_at IS NULL OR its_turn.ready_at > due);
    IF wakes OR is_answered OR is_hooked THEN
        -- As `affect` and `end_turns` do (queue/src/settle/).
        UPDATE turn SET ready_at = CASE WHEN wakes THEN due ELSE turn.ready_at END,
            failures = CASE WHEN is_answered THEN 0 ELSE turn.failures END,
            calls = CASE WHEN NOT is_answered THEN turn.calls WHEN at - turn.counted_from >= 60000 THEN 1
                ELSE turn.calls + 1 END,
            errors = CASE WHEN is_answered AND at - turn.counted_from >= 60000 THEN 0 ELSE turn.errors END,
            counted_from = CASE WHEN is_answered AND at - turn.counted_from >= 60000 THEN at ELSE turn.counted_from END,
            rate = CASE WHEN adapts AND turn.rate <> 0 AND at - turn.rate_at >= 60000 THEN turn.rate + 1000
                ELSE turn.rate END,
            rate_at = CASE WHEN adapts AND turn.rate <> 0 AND at - turn.rate_at >= 60000 THEN at ELSE turn.rate_at END,
            failing_since = CASE WHEN is_hooked OR is_answered AND turn.failing = 0 THEN NULL ELSE turn.failing_since END,
            failing = CASE WHEN is_hooked THEN 0 ELSE turn.failing END
        WHERE turn.tenant_id = its_tenant_id AND turn.target = its_target;
    END IF;
    RETURN CASE WHEN is_held OR its_lane.due_at IS NOT NULL OR next_id IS NOT NULL THEN 2 ELSE 1 END;
END
$settle_message$;
