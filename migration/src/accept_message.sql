-- Stores one message with one letter, and leases the letter's lane if the lane is idle and its turn is open: what the
-- statement of queue/src/accept/one_statement.rs does for one message, in plain statements and branches. A plan of a dozen
-- expressions is prepared whole for each execution; of these statements only those that are needed are run. Each sees what
-- was committed before it, so the context that is returned is that of the lease.
--
-- `result`: 1 if all is stored; 0 if the message is known, and nothing is changed. If the target has no turn yet, or
-- another commit has opened the conversation, it gives up (SQLSTATE 22012) and changes nothing.
CREATE FUNCTION accept_message(
    its_tenant_id uuid,
    -- The key by which a repeat is recognised, and the same for an erased customer; empty for none.
    its_origin uuid, its_key text, its_erased_key text, its_event smallint, its_fingerprint bigint,
    its_id uuid, its_source_id uuid, its_conversation_id uuid, its_direction smallint, its_state smallint,
    its_external_id text, its_amocrm_message_id text, its_body text, its_sent_at bigint, its_accepted_at bigint, its_day integer,
    -- The bytes as received; none without an id.
    raw_id uuid, raw_kind text, raw_target text, raw_received_at bigint, raw_headers text, raw_body bytea,
    raw_quarantine text,
    -- The conversation that it opens, by its first alias; none without a side.
    opens_side smallint, opens_origin uuid, opens_alias text, opens_source_id uuid, opens_external_id text, opens_chat text,
    opens_contact text, opens_phone_hash text, opens_at bigint,
    -- Another alias of the conversation; none without a side.
    alias_side smallint, alias_origin uuid, alias_external_id text,
    -- What it says of a known conversation: amojo's id of the chat, empty if it says none, and when the customer wrote,
    -- 0 for never.
    news_chat text, news_heard_at bigint,
    letter_id uuid, letter_kind smallint, letter_payload text, letter_late boolean, letter_expires_at bigint,
    letter_day integer,
    -- Its place among the lane's letters; 0 for the order of arrival.
    letter_hint bigint,
    its_lane_id uuid, its_stream smallint, its_target uuid,
    -- Whether there is a slot for the call, and thousandths of calls: a second, and saved up. The bounds of an adaptive rate
    -- are -1 for a fixed one.
    has_slot boolean, per_second bigint, burst bigint, lower_bound bigint, upper_bound bigint,
    -- This process, also in the ledger.
    its_owner uuid, its_claim bigint,
    -- Milliseconds, and milliseconds since 1970.
    lease bigint, at bigint,
    OUT result bigint, OUT leased boolean, OUT of_source uuid, OUT epoch bigint, OUT starts integer, OUT order_key bigint,
    OUT seq bigint, OUT of_conversation conversation, OUT of_channel tenant_channel, OUT paused_source uuid
) LANGUAGE plpgsql AS $accept_message$
#variable_conflict use_column
DECLARE
    its_turn record;
    its_lane record;
    its_source record;
    pace bigint;
    bucket bigint;
    left_over bigint;
    is_open boolean;
    wakes boolean;
BEGIN
    result := 0;
    leased := false;
    INSERT INTO dedupe (tenant_id, origin, external_id, event, message_id, fingerprint, day)
    SELECT its_tenant_id, its_origin, its_key, its_event, its_id, its_fingerprint, its_day
    WHERE NOT EXISTS (
        SELECT FROM dedupe AS erased WHERE erased.tenant_id = its_tenant_id AND erased.origin = its_origin
            AND erased.external_id = its_erased_key AND erased.event = its_event
    ) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN;
    END IF;
    IF opens_side IS NOT NULL THEN
        INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id)
        VALUES (its_tenant_id, opens_side, opens_origin, opens_alias, its_conversation_id) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
            RAISE division_by_zero;
        END IF;
    END IF;
    IF alias_side IS NOT NULL THEN
        INSERT INTO conversation_alias (tenant_id, side, origin, external_id, conversation_id)
        VALUES (its_tenant_id, alias_side, alias_origin, alias_external_id, its_conversation_id) ON CONFLICT DO NOTHING;
    END IF;

    SELECT turn.reason, turn.ready_at, turn.rate, turn.tokens, turn.refilled_at INTO its_turn FROM turn
    WHERE turn.tenant_id = its_tenant_id AND turn.target = its_target FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE division_by_zero;
    END IF;
    -- Its rate, as `Turn::pace` and `Turn::refill`. Any bucket is full after 1,000 seconds.
    pace := per_second;
    bucket := burst;
    IF lower_bound >= 0 THEN
        pace := least(greatest(its_turn.rate, lower_bound), upper_bound);
        bucket := greatest(pace, 1000);
    END IF;
    left_over := CASE
        WHEN its_turn.refilled_at = 0 THEN bucket
        ELSE least(its_turn.tokens + least(greatest(at - its_turn.refilled_at, 0), 1000000) * pace / 1000, bucket)
    END;
    is_open := has_slot AND burst > 0 AND its_turn.reason = '' AND (its_turn.ready_at IS NULL OR its_turn.ready_at > at)
        AND (lower_bound < 0 OR its_turn.rate <> 0) AND left_over >= 1000;

    IF is_open THEN
        UPDATE lane SET next_seq = lane.next_seq + 1, waiting = 1, due_at = at + lease,
            max_key = greatest(lane.max_key, letter_hint),
            last_key = CASE WHEN letter_hint = 0 THEN lane.max_key ELSE letter_hint END,
            owner = its_owner, claim = its_claim, epoch = lane.epoch + 1, leased_until = at + lease, starts = lane.starts + 1
        WHERE lane.tenant_id = its_tenant_id AND lane.lane_id = its_lane_id
            AND lane.owner IS NULL AND lane.due_at IS NULL AND lane.waiting = 0
        RETURNING lane.source_id, lane.next_seq, lane.max_key, lane.due_at, lane.epoch, lane.starts INTO its_lane;
        leased := FOUND;
    END IF;
    IF NOT leased THEN
        UPDATE lane SET next_seq = lane.next_seq + 1, waiting = lane.waiting + 1, due_at = coalesce(lane.due_at, at),
            max_key = greatest(lane.max_key, letter_hint)
        WHERE lane.tenant_id = its_tenant_id AND lane.lane_id = its_lane_id
        RETURNING lane.source_id, lane.next_seq, lane.max_key, lane.due_at, lane.epoch, lane.starts INTO its_lane;
        IF NOT FOUND THEN
            leased := is_open;
            INSERT INTO lane (
                tenant_id, lane_id, conversation_id, source_id, direction, stream, target, next_seq, last_key, max_key,
                waiting, due_at, owner, epoch, leased_until, starts, carried, claim
            ) VALUES (
                its_tenant_id, its_lane_id, its_conversation_id, its_source_id, its_direction, its_stream, its_target, 2,
                CASE WHEN leased THEN letter_hint ELSE 0 END, letter_hint, 1, CASE WHEN leased THEN at + lease ELSE at END,
                CASE WHEN leased THEN its_owner END, CASE WHEN leased THEN 1 ELSE 0 END,
                CASE WHEN leased THEN at + lease ELSE 0 END, CASE WHEN leased THEN 1 ELSE 0 END, 0,
                CASE WHEN leased THEN its_claim END
            ) RETURNING lane.source_id, lane.next_seq, lane.max_key, lane.due_at, lane.epoch, lane.starts INTO its_lane;
        END IF;
    END IF;
    of_source := its_lane.source_id;
    epoch := its_lane.epoch;
    starts := its_lane.starts;
    order_key := CASE WHEN letter_hint = 0 THEN its_lane.max_key ELSE letter_hint END;
    seq := its_lane.next_seq - 1;

    INSERT INTO letter (
        tenant_id, lane_id, order_key, seq, id, message_id, source_id, direction, kind, payload, attempts, unknown, resends,
        late, accepted_at, expires_at, day
    ) VALUES (
        its_tenant_id, its_lane_id, order_key, seq, letter_id, its_id, its_source_id, its_direction, letter_kind,
        letter_payload, 0, false, 0, letter_late, its_accepted_at, letter_expires_at, letter_day
    );
    INSERT INTO message (
        tenant_id, id, source_id, conversation_id, direction, state, reported, external_id, amocrm_message_id, body, error,
        sent_at, accepted_at, day, position, possible_duplicate
    ) VALUES (
        its_tenant_id, its_id, its_source_id, its_conversation_id, its_direction, its_state, 0, its_external_id,
        its_amocrm_message_id, its_body, '', its_sent_at, its_accepted_at, its_day, 0, false
    );
    IF raw_id IS NOT NULL THEN
        INSERT INTO raw_hook (tenant_id, id, kind, target, received_at, headers, body, quarantine)
        VALUES (its_tenant_id, raw_id, raw_kind, raw_target, raw_received_at, raw_headers, raw_body, raw_quarantine)
        ON CONFLICT DO NOTHING;
    END IF;
    UPDATE ledger_delta SET accepted = ledger_delta.accepted + 1
    WHERE ledger_delta.tenant_id = its_tenant_id AND ledger_delta.source_id = its_source_id
        AND ledger_delta.direction = its_direction AND ledger_delta.day = its_day AND ledger_delta.instance = its_owner;
    IF NOT FOUND THEN
        INSERT INTO ledger_delta (tenant_id, source_id, direction, day, instance, accepted, delivered, failed)
        VALUES (its_tenant_id, its_source_id, its_direction, its_day, its_owner, 1, 0, 0)
        ON CONFLICT (tenant_id, source_id, direction, day, instance) DO UPDATE SET accepted = ledger_delta.accepted + 1;
    END IF;

    -- A turn whose lanes are all leased stays asleep: its due time is no later than the end of a lease.
    wakes := its_turn.reason = '' AND (its_turn.ready_at IS NULL OR its_turn.ready_at > its_lane.due_at);
    IF leased OR wakes THEN
        UPDATE turn SET ready_at = CASE WHEN wakes THEN its_lane.due_at ELSE turn.ready_at END,
            tokens = CASE WHEN leased THEN left_over - 1000 ELSE turn.tokens END,
            refilled_at = CASE WHEN leased THEN greatest(at, turn.refilled_at) ELSE turn.refilled_at END
        WHERE turn.tenant_id = its_tenant_id AND turn.target = its_target;
    END IF;

    IF opens_side IS NOT NULL THEN
        INSERT INTO conversation (
            tenant_id, id, source_id, external_id, amocrm_chat_id, contact, phone_hash, created_at, heard_at
        ) VALUES (
            its_tenant_id, its_conversation_id, opens_source_id, opens_external_id, opens_chat, opens_contact,
            opens_phone_hash, opens_at, news_heard_at
        ) ON CONFLICT DO NOTHING RETURNING conversation.* INTO of_conversation;
    ELSIF news_chat <> '' OR news_heard_at > 0 THEN
        UPDATE conversation SET
            amocrm_chat_id = CASE WHEN conversation.amocrm_chat_id = '' THEN news_chat ELSE conversation.amocrm_chat_id END,
            heard_at = greatest(conversation.heard_at, news_heard_at)
        WHERE conversation.tenant_id = its_tenant_id AND conversation.id = its_conversation_id
            AND (news_chat <> '' AND conversation.amocrm_chat_id = '' OR news_heard_at > conversation.heard_at)
        RETURNING conversation.* INTO of_conversation;
    END IF;
    result := 1;
    IF leased THEN
        IF of_conversation IS NULL THEN
            SELECT conversation.* INTO of_conversation FROM conversation
            WHERE conversation.tenant_id = its_tenant_id AND conversation.id = its_conversation_id;
        END IF;
        SELECT source.channel_id,
            CASE WHEN source.paused AND source.paused_by <> '' AND source.deleted_at IS NULL THEN source.id END AS paused
        INTO its_source FROM source WHERE source.tenant_id = its_tenant_id AND source.id = of_source;
        paused_source := its_source.paused;
        SELECT tenant_channel.* INTO of_channel FROM tenant_channel WHERE tenant_channel.tenant_id = its_tenant_id
            AND tenant_channel.channel_id = CASE WHEN its_direction = 1 THEN its_target ELSE its_source.channel_id END;
    END IF;
END
$accept_message$;
